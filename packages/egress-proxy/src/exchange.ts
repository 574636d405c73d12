import { type AuditRecord, audit } from "./audit.ts";
import type { Authority } from "./authority.ts";
import type { Engine } from "./engine.ts";
import type { Failure } from "./failure.ts";
import type { Decision } from "./policy/decide.ts";
import type { Route } from "./routes/route.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SniReason } from "./tunnel/sni-check.ts";

export type Kind = "http" | "connect" | "upgrade";

/** The status in records of a client that left before its answer; no client gets it. */
export const CLIENT_GONE = 499;

/** One request from its head to its last byte: what is known about it goes to audit and metrics exactly once. */
export class Exchange {
  readonly snapshot: Snapshot;
  readonly kind: Kind;
  readonly method: string;
  readonly #engine: Engine;
  readonly #started = performance.now();
  #finished = false;

  authority: Authority | undefined;
  path: string | undefined;
  decision: Decision | undefined;
  route: Route | undefined;
  upstream: string | undefined;
  failure: Failure | undefined;
  address: string | undefined;
  sni: string | undefined;
  /** What `enforce` would have held against the bytes of a tunnel that report or learn let pass. */
  observed: SniReason | undefined;
  /** Upstreams tried; recorded for routes, and where a kept connection had to be replaced. */
  attempts = 0;
  /** Its verdict has been acted upon; what goes wrong from here on does not change it. */
  isForwarded = false;
  bytesIn = 0;
  bytesOut = 0;

  constructor(engine: Engine, kind: Kind, method: string) {
    this.#engine = engine;
    engine.unfinished++;
    this.snapshot = engine.snapshot;
    this.kind = kind;
    this.method = method;
  }

  /** Records the end. Later calls do nothing. */
  finish(status: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#engine.unfinished--;
    const { failure, decision, route, authority, snapshot } = this;
    const { telemetry, log, journal } = this.#engine;
    if (failure?.cause) log.error("a request failed inside the proxy", { error: failure.cause });
    const isRefused = failure !== undefined && (failure.denied || failure.error === "http_request_error");
    const isDenied = isRefused && !this.isForwarded;
    const objection = decision?.reason ?? this.observed;
    const wouldDeny = !isDenied && objection !== undefined;
    const rule = decision?.granting[0]?.text;
    const reason = isDenied ? failure.reason : objection;
    const verdict = isDenied ? "denied" : "allowed";
    // Above the limit nothing has been asked for yet, and nothing decided.
    if (failure?.error !== "connection_limit_reached") telemetry.decided(verdict, reason ?? "", this.kind);
    telemetry.answered(route ? "" : (rule ?? ""), status);
    if (route) telemetry.routed(route.from.text, this.upstream ?? "", status);
    telemetry.transferred(this.bytesIn, this.bytesOut);
    const record: AuditRecord = {
      verdict,
      host: authority?.host,
      port: authority?.port,
      method: this.method,
      path: this.path,
      rule,
      reason,
      mode: snapshot.config.mode,
      wouldDeny: wouldDeny || undefined,
      address: this.address ?? failure?.address,
      sni: this.sni,
      status,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      durationMs: Math.round((performance.now() - this.#started) * 10) / 10,
      error: failure && !isDenied ? failure.error : undefined,
      route: route?.from.text,
      upstream: this.upstream,
      attempts: this.attempts > (route ? 0 : 1) ? this.attempts : undefined,
    };
    audit(log, snapshot.config.audit, record);
    journal.note(
      record,
      this.kind === "connect" ? (this.sni === undefined || this.observed ? "any" : "tls") : undefined,
    );
  }
}
