import { formatAddress, parseAddress } from "@outrigger/net/address";
import { type Authority, hostText } from "./authority.ts";
import type { Decision, Question } from "./policy/decide.ts";
import { effective, type Grant } from "./policy/guard.ts";
import { isSafePath } from "./policy/path-safety.ts";
import { WHOLE_SERVER } from "./target.ts";

/** What to do about a path that rules and routes never grant. */
export const UNSAFE_PATH =
  "The path has dot segments, doubled or encoded slashes, or backslashes, which servers read differently: send it normalized.";

/** What to add to the configuration so that rules grant what was asked for. */
export function ruleRemedy(question: Question, decision: Decision): string {
  const isAboutPath = decision.reason === "path_not_allowed" || decision.reason === "method_not_allowed";
  // No entry would help: patterns of such paths are refused as well.
  if (isAboutPath && decision.rule?.paths.length && !isSafePath(question.path)) return UNSAFE_PATH;
  return `To allow it, add:\n${entryFor(question, decision)}`;
}

function entryFor({ authority, method, path }: Question, { reason, rule }: Decision): string {
  const port = authority.port;
  const host = hostText(authority);
  // Where the nearest rule has limits, the entry allows no more than was asked for.
  const isWhole = path === WHOLE_SERVER;
  const methods = rule?.methods.length ? `, methods: [${[...new Set([...rule.methods, method])].join(", ")}]` : "";
  const paths = rule?.paths.length ? `, paths: [${JSON.stringify(patternOf(path))}]` : "";
  const limits = {
    host_not_allowed: "",
    port_not_allowed: "",
    tunnel_not_allowed: ", tunnel: tls",
    method_not_allowed: isWhole ? `, methods: [${method}]` : methods + paths,
    path_not_allowed: isWhole ? `, methods: [${method}]` : methods + paths,
  }[reason ?? "host_not_allowed"];
  if (limits === "") return allowYaml(JSON.stringify(`${host}:${port}`));
  return allowYaml(`{ host: ${JSON.stringify(host)}, ports: [${port}]${limits} }`);
}

/** A pattern that matches the path: an asterisk in it can only be written as the whole segment's. */
function patternOf(path: string): string {
  return path
    .split("/")
    .map((segment) => (segment.includes("*") ? "*" : segment))
    .join("/");
}

function allowYaml(entry: string): string {
  return `egress:\n  allow:\n    - ${entry}`;
}

/**
 * What to add so that an address which the guard refused is permitted.
 * @param route the one whose upstream the authority is.
 */
export function addressRemedy(authority: Authority, address: string, route: Grant["route"]): string {
  const resolvesTo = `resolvesTo: [${JSON.stringify(blockOf(address))}]`;
  if (route) return routeYaml(route, resolvesTo);
  return allowYaml(`{ host: ${JSON.stringify(hostText(authority))}, ports: [${authority.port}], ${resolvesTo} }`);
}

/** The block to write for an address: a mapped IPv4 address is judged, and so written, as what it is. */
function blockOf(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(effective(address)) : text;
}

function routeYaml({ from, upstreams }: NonNullable<Grant["route"]>, setting: string): string {
  const servers = upstreams.map(({ text }) => JSON.stringify(text)).join(", ");
  return `egress:\n  routes:\n    ${JSON.stringify(from.text)}: { upstreams: [${servers}], ${setting} }`;
}
