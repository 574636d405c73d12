import type { Cidr } from "@outrigger/net/cidr";
import type { Authority } from "../authority.ts";

/** What a route listens for. */
export interface From {
  /** As configured; the value of the `route` label and audit field. */
  readonly text: string;
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
  readonly scheme: "http" | "https";
  readonly authority: Authority;
  /** The path that replaces the route's prefix; empty or starting with `/`. */
  readonly path: string;
}

/** One entry of `egress.routes`. */
export interface Route {
  readonly from: From;
  readonly upstreams: readonly Upstream[];
  /** As in a rule. */
  readonly resolvesTo: readonly Cidr[];
  /** Milliseconds from the dial to the last byte of the response head. */
  readonly timeout: number;
}
