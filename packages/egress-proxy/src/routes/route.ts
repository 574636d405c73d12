import type { Cidr } from "@outrigger/net/cidr";
import type { Secret } from "@outrigger/runtime/secrets";
import type { Authority } from "../authority.ts";

/** What a route listens for. */
export interface From {
  /** As configured; the value of the `route` label and audit field. */
  readonly text: string;
  readonly scheme: "http" | "https" | "tcp";
  readonly authority: Authority;
  /** Empty, or starting with `/` and not ending with one. Matches at a segment boundary. */
  readonly prefix: string;
  /** The route opens a listener of its own on this address. */
  readonly direct: boolean;
  /** On all addresses: keeps the client's Host and adds `X-Forwarded-*`. */
  readonly open: boolean;
}

/** One server a route may send to. */
export interface Upstream {
  readonly text: string;
  readonly scheme: "http" | "https" | "tcp";
  readonly authority: Authority;
  /** The path that replaces the route's prefix; empty or starting with `/`. */
  readonly path: string;
}

export type BalanceKind = "round-robin" | "least-requests" | "random" | "hash";

interface RetryPolicy {
  /** Tries after the first. */
  readonly attempts: number;
  /** `connect`, or a status as text: the upstream's, or the one a failure would be answered with. */
  readonly on: ReadonlySet<string>;
  /** Retries per request, over ten seconds. */
  readonly budget: number;
}

export interface EjectPolicy {
  /** Failures in a row. */
  readonly consecutive: number;
  /** Milliseconds. */
  readonly for: number;
  readonly maxPercent: number;
}

/** Files and names of TLS towards upstreams. */
export interface TlsSettings {
  /** Replaces the system's roots. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Instead of the upstream's host, for SNI and the certificate's name. */
  readonly serverName?: string | undefined;
}

/** One entry of `egress.routes`. */
export interface Route {
  readonly from: From;
  readonly upstreams: readonly Upstream[];
  readonly balance: BalanceKind;
  readonly retries: RetryPolicy;
  readonly eject: EjectPolicy;
  /** As in a rule. */
  readonly resolvesTo: readonly Cidr[];
  /** Milliseconds from the dial to the last byte of the response head, for each try. */
  readonly timeout: number;
  readonly tls: TlsSettings;
  readonly headers: { readonly set: Readonly<Record<string, Secret>>; readonly remove: ReadonlySet<string> };
  /** Files of the listener's own certificate, for `https` routes. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
}
