/** Whether addresses answer, asked in the background. */
import http from "node:http";
import { connect } from "node:net";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Family } from "@outrigger/exposition/document";
import type { NetworkConfig } from "../config/network-schema.ts";
import { HttpTarget } from "./http-target.ts";
import { loadHttps } from "./https.ts";
import { withLabels } from "./labels.ts";
import type { Reading, Source } from "./source.ts";

export interface ProbeConfig extends NetworkConfig {
  /** Milliseconds between two probes. */
  readonly interval: number;
}

interface Outcome {
  success: boolean;
  seconds: number;
  status: number;
  /** Seconds since the epoch. */
  expiry: number | undefined;
}

const defaultTimeout = 5000;

export class ProbeSource implements Source {
  readonly #name: string;
  readonly #config: ProbeConfig;
  readonly #target: HttpTarget;
  #outcome: Outcome | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(name: string, config: ProbeConfig) {
    this.#name = name;
    this.#config = config;
    this.#target = new HttpTarget(config, false);
  }

  start(): void {
    void this.#probe();
  }

  /** What the last probe saw; nothing before the first has ended. A probe that fails is a result, not a failing source. */
  async read(): Promise<Reading[]> {
    const outcome = this.#outcome;
    if (!outcome) return [];
    return [
      {
        kind: "probe",
        source: this.#name,
        families: withLabels(this.#families(outcome), this.#config.labels),
        seconds: outcome.seconds,
      },
    ];
  }

  /** Probes once; for a single pass without a background. */
  async once(): Promise<void> {
    this.#stopped = true;
    await this.#probe();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#target.close();
  }

  async #probe(): Promise<void> {
    const began = performance.now();
    const timeout = this.#config.timeout ?? defaultTimeout;
    const isTcp = this.#target.url.protocol === "tcp:";
    const failed = { success: false, status: 0, expiry: undefined };
    const outcome = await (isTcp ? this.#connect(timeout) : this.#request(timeout)).catch(() => failed);
    this.#outcome = { ...outcome, seconds: (performance.now() - began) / 1000 };
    if (this.#stopped) return;
    const pause = Math.max(0, this.#config.interval - this.#outcome.seconds * 1000);
    this.#timer = setTimeout(() => void this.#probe(), pause).unref();
  }

  #connect(timeout: number): Promise<Omit<Outcome, "seconds">> {
    const { hostname, port } = this.#target.url;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
      const timer = setTimeout(() => socket.destroy(new Error("timeout")), timeout);
      socket.once("connect", () => resolve({ success: true, status: 0, expiry: undefined }));
      socket.once("connect", () => socket.destroy());
      socket.once("error", reject);
      socket.once("close", () => clearTimeout(timer));
    });
  }

  #request(timeout: number): Promise<Omit<Outcome, "seconds">> {
    const { url } = this.#target;
    const client = url.protocol === "https:" ? loadHttps() : http;
    return new Promise((resolve, reject) => {
      const { agent } = this.#target;
      const request = client.get(url, { agent, headers: this.#target.headers(), signal: AbortSignal.timeout(timeout) });
      request.once("error", reject);
      request.once("response", (response) => {
        const status = response.statusCode ?? 0;
        const expiry = expiryOf(response.socket as TLSSocket);
        response.once("error", reject);
        response.once("end", () => resolve({ success: status >= 200 && status < 400, status, expiry }));
        response.resume();
      });
    });
  }

  #families({ success, seconds, status, expiry }: Outcome): Family[] {
    const gauge = (name: string, help: string, value: number): Family => ({
      name,
      type: "gauge",
      help,
      samples: [{ name, labels: [["probe", this.#name]], value }],
    });
    const families = [
      gauge("probe_success", "1 when the probe succeeded, else 0.", success ? 1 : 0),
      gauge("probe_duration_seconds", "How long the probe took.", seconds),
    ];
    if (this.#target.url.protocol !== "tcp:")
      families.push(gauge("probe_http_status_code", "The status of the answer, 0 without one.", status));
    if (expiry !== undefined) {
      families.push(
        gauge(
          "probe_ssl_earliest_cert_expiry",
          "When the first certificate of the chain expires, in Unix time.",
          expiry,
        ),
      );
    }
    return families;
  }
}

/** The earliest end of validity in the chain of a TLS connection. */
function expiryOf(socket: TLSSocket): number | undefined {
  if (typeof socket.getPeerCertificate !== "function") return undefined;
  let earliest = Number.POSITIVE_INFINITY;
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The root is its own issuer.
  while (certificate?.valid_to !== undefined && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    earliest = Math.min(earliest, Date.parse(certificate.valid_to) / 1000);
    certificate = certificate.issuerCertificate;
  }
  return Number.isFinite(earliest) ? earliest : undefined;
}
