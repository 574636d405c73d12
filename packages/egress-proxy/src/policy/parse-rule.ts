import type { Cidr } from "@outrigger/net/cidr";
import { type Host, hostText, parseHost, parsePort } from "../authority.ts";
import { Refusal } from "../refusal.ts";
import type { PathPattern } from "./path-pattern.ts";
import type { Rule, TunnelKind } from "./rule.ts";

/** The ports of a rule that names none. */
const DEFAULT_PORTS: readonly number[] = [80, 443];

/** An entry of `egress.allow`, its keys already checked one by one. */
export interface RuleInput {
  readonly host: RuleHost;
  readonly ports?: readonly number[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly paths?: readonly PathPattern[] | undefined;
  readonly resolvesTo?: readonly Cidr[] | undefined;
  readonly tunnel?: TunnelKind | undefined;
}

export interface RuleHost {
  readonly host: Host;
  readonly wildcard: boolean;
}

/**
 * Reads the host of a rule: a host, or `*.` and a name.
 * @throws {Refusal} with a sentence about what to write instead.
 */
export function parseRuleHost(text: string): RuleHost {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw wrong("is a URL: write its host alone, and `paths` for a path");
  if (text.includes("/")) throw wrong("contains a path: write the host alone, and `paths` for a path");
  const wildcard = text.startsWith("*.");
  if (text.includes("*", wildcard ? 2 : 0) || text === "*.") {
    throw wrong(
      'may have "*" only as "*." in front of a name, such as "*.example.com"; a rule for every host does not exist',
    );
  }
  const host = parseHost(wildcard ? text.slice(2) : text);
  if (wildcard && host.kind !== "name") throw wrong("is a wildcard over an address: wildcards are for names");
  return { host, wildcard };
}

/**
 * Reads the short form of a rule: `host` or `host:port`.
 * @throws {Refusal}
 */
export function parseShortRule(text: string): Rule {
  if (text.includes("/")) parseRuleHost(text);
  const colon = text.indexOf(":", text.startsWith("[") ? text.indexOf("]") : 0);
  if (colon < 0) return buildRule({ host: parseRuleHost(text) });
  return buildRule({ host: parseRuleHost(text.slice(0, colon)), ports: [parsePort(text.slice(colon + 1))] });
}

export function buildRule({ host, ports, methods = [], paths = [], resolvesTo = [], tunnel }: RuleInput): Rule {
  const rule = { ...host, spellsHost: !host.wildcard, ports: ports ?? DEFAULT_PORTS, methods, paths, resolvesTo };
  const name = `${host.wildcard ? "*." : ""}${hostText(host.host)}${ports === undefined ? "" : `:${ports.join(",")}`}`;
  const limits = [methods.join(","), paths.map(({ text }) => text).join(",")];
  const text = [name, ...limits].filter((part) => part !== "").join(" ");
  return { ...rule, text, ...(tunnel && { tunnel }) };
}

function wrong(sentence: string): Refusal {
  return new Refusal("bad_rule", sentence);
}
