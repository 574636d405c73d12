/** A URL that is asked regularly, with what its requests need. */
import { readFileSync } from "node:fs";
import http from "node:http";
import type https from "node:https";
import { systemCode } from "@outrigger/runtime/errors";
import type { Secret } from "@outrigger/runtime/secrets";
import type { NetworkConfig } from "../config/network-schema.ts";
import { loadHttps } from "./https.ts";
import { type ScrapeContext, SourceFailure } from "./source.ts";

const defaultTimeout = 5000;

export class HttpTarget {
  readonly url: URL;
  /** `name`, else the URL without credentials. */
  readonly label: string;
  readonly #headers: Readonly<Record<string, Secret>>;
  readonly #timeout: number | undefined;
  readonly #config: NetworkConfig;
  readonly #keepAlive: boolean;
  #agent: http.Agent | https.Agent | undefined;

  /** @param keepAlive whether connections, and TLS sessions, are kept from one request to the next. */
  constructor(config: NetworkConfig, keepAlive = true) {
    this.#keepAlive = keepAlive;
    this.url = new URL(config.url);
    const shown = new URL(config.url);
    shown.username = "";
    shown.password = "";
    this.label = config.name ?? shown.href;
    this.#headers = config.headers ?? {};
    this.#timeout = config.timeout;
    this.#config = config;
  }

  /** @throws SourceFailure when a certificate cannot be read. */
  get agent(): http.Agent {
    // A session that is taken up again does not show the server's certificates.
    const options = { keepAlive: this.#keepAlive, maxSockets: 4, ...(!this.#keepAlive && { maxCachedSessions: 0 }) };
    this.#agent ??=
      this.url.protocol === "https:"
        ? new (loadHttps().Agent)({ ...options, ...this.#tlsOptions() })
        : new http.Agent(options);
    return this.#agent;
  }

  headers(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.#headers).map(([name, value]) => [name, value.reveal()]));
  }

  /** When an answer is too late: what the scrape allows, within this target's own timeout. */
  deadline({ deadline }: ScrapeContext): number {
    const own =
      performance.now() + (this.#timeout ?? (deadline === undefined ? defaultTimeout : Number.POSITIVE_INFINITY));
    return Math.min(own, deadline ?? Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#agent?.destroy();
  }

  #tlsOptions(): https.AgentOptions {
    const { tls } = this.#config;
    if (!tls) return {};
    return {
      ...(tls.ca !== undefined && { ca: readPem(tls.ca) }),
      ...(tls.cert !== undefined && { cert: readPem(tls.cert) }),
      ...(tls.key !== undefined && { key: readPem(tls.key) }),
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
      rejectUnauthorized: !tls.insecure,
    };
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new SourceFailure("tls", `cannot read ${file}: ${systemCode(error) ?? error}`);
  }
}
