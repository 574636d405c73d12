import type { Host } from "../authority.ts";
import type { Grant } from "./guard.ts";
import type { PathPattern } from "./path-pattern.ts";

export type TunnelKind = "tls" | "any";

/** One entry of `egress.allow`, parsed. */
export interface Rule extends Grant {
  /** As a person would write it; the value of the `rule` label and audit field. */
  readonly text: string;
  /** The host, or with `wildcard` the name that every match must lie below. */
  readonly host: Host;
  readonly wildcard: boolean;
  readonly ports: readonly number[];
  /** Empty: any. Case-sensitive (RFC 9110 section 9.1). */
  readonly methods: readonly string[];
  /** Empty: any. */
  readonly paths: readonly PathPattern[];
  /** As configured; absent: the default of the port and of `methods` and `paths`. */
  readonly tunnel?: TunnelKind;
}

/** What a tunnel to this port under this rule may carry; `undefined`: the rule grants no tunnel. */
export function tunnelOf(rule: Rule, port: number): TunnelKind | undefined {
  if (rule.tunnel) return rule.tunnel;
  if (rule.methods.length > 0 || rule.paths.length > 0) return undefined;
  return port === 443 ? "tls" : "any";
}
