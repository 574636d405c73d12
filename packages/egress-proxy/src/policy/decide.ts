import type { Authority } from "../authority.ts";
import { WHOLE_SERVER } from "../target.ts";
import { matchesPath } from "./path-pattern.ts";
import { isSafePath } from "./path-safety.ts";
import { type Rule, type TunnelKind, tunnelOf } from "./rule.ts";
import type { RuleIndex } from "./rule-index.ts";

export type Mode = "enforce" | "report" | "learn";

/** What a client asks for, as far as rules can see it. */
export interface Question {
  readonly authority: Authority;
  /** `CONNECT` asks for a tunnel; everything else is a plain request, upgrades included. */
  readonly method: string;
  /** The bytes that will be forwarded, without the query; empty for CONNECT. */
  readonly path: string;
}

/** Why rules say no, from the least to the nearest miss. */
const RULE_REASONS = [
  "host_not_allowed",
  "port_not_allowed",
  "tunnel_not_allowed",
  "method_not_allowed",
  "path_not_allowed",
] as const;
type RuleReason = (typeof RULE_REASONS)[number];

/** A decision before addresses are known. */
export interface Decision {
  readonly allowed: boolean;
  /** Every rule that grants it; empty when denied, and when only the mode lets it pass. */
  readonly granting: readonly Rule[];
  /** Why no rule grants it; absent when one does. */
  readonly reason?: RuleReason;
  /** What the tunnel may carry, when one was asked for. */
  readonly tunnel: TunnelKind;
  /** The rule to name: the first that grants, else the one that misses by least. */
  readonly rule?: Rule;
}

/** The part of a configuration that decides: replaced as a whole by a reload, never changed. */
export interface Policy {
  readonly mode: Mode;
  readonly index: RuleIndex;
}

/** Whether rules allow it. Pure: the proxy port, CONNECT, upgrades, `explain` and the audit record all ask here. */
export function decide({ authority, method, path }: Question, { mode, index }: Policy): Decision {
  const rules = index.find(authority);
  const granting: Rule[] = [];
  let nearest: Rule | undefined;
  let miss = 0;
  for (const rule of rules) {
    const reason = objection(rule, authority, method, path);
    if (reason === undefined) granting.push(rule);
    else if (nearest === undefined || RULE_REASONS.indexOf(reason) > miss) {
      miss = RULE_REASONS.indexOf(reason);
      nearest = rule;
    }
  }
  const first = granting[0];
  if (first !== undefined) {
    const isInspected = granting.every((rule) => tunnelOf(rule, authority.port) === "tls");
    return { allowed: true, granting, rule: first, tunnel: isInspected ? "tls" : "any" };
  }
  const reason = nearest === undefined ? "host_not_allowed" : (RULE_REASONS[miss] ?? "host_not_allowed");
  return { allowed: mode !== "enforce", granting, reason, tunnel: "any", ...(nearest && { rule: nearest }) };
}

function objection(rule: Rule, { port }: Authority, method: string, path: string): RuleReason | undefined {
  if (!rule.ports.includes(port)) return "port_not_allowed";
  if (method === "CONNECT") return tunnelOf(rule, port) === undefined ? "tunnel_not_allowed" : undefined;
  if (rule.methods.length > 0 && !rule.methods.includes(method)) return "method_not_allowed";
  if (rule.paths.length === 0) return undefined;
  const isGranted = isSafePath(path) && rule.paths.some((pattern) => matchesPath(pattern, path));
  return isGranted && path !== WHOLE_SERVER ? undefined : "path_not_allowed";
}
