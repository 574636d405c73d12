import { parseAuthority } from "../authority.ts";
import { claimOf, portClashes } from "../port-clashes.ts";
import { parseFrom } from "./parse-route.ts";
import type { From, Route, Upstream } from "./route.ts";
import { ownPorts } from "./route-table.ts";

/** One entry of `egress.routes`, without its key, as the schema has read it. */
interface Entry extends Pick<Route, "upstreams" | "tls" | "certificate"> {
  readonly headers: { readonly set: Route["headers"]["set"]; readonly remove: readonly string[] };
}

/** Where, below `egress.routes`, and what to write instead. */
type Problem = [(string | number)[], string];

/** Fields that belong to the proxy: setting or removing them would break the message. */
const RESERVED = /^(?:connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|expect|proxy-.*)$/i;

/** What is wrong with routes whose every value is right by itself. */
export function routeProblems(entries: Readonly<Record<string, Entry>>): Problem[] {
  const problems: Problem[] = [];
  const routes: { key: string; from: From; entry: Entry }[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    try {
      routes.push({ key, from: parseFrom(key), entry });
    } catch (error) {
      problems.push([[key], error instanceof Error ? error.message : String(error)]);
    }
    problems.push(...headerProblems(key, entry));
  }
  for (const { key, from, entry } of routes) {
    problems.push(...schemeProblems(key, from, entry), ...certificateProblems(key, from, entry));
  }
  const clashes = portClashes(routes.map(({ from }) => claimOf(from)));
  problems.push(...clashes.map(({ claim, message }): Problem => [[claim.key], message]));
  const prefixes = new Map<string, string>();
  const certificates = new Map<string, string>();
  for (const { key, from, entry } of routes) {
    const { host, port } = from.authority;
    const same = first(prefixes, `${from.scheme} ${host} ${port} ${from.prefix}`, key);
    if (same !== key) problems.push([[key], `matches the same as ${same}: remove one of them`]);
    if (entry.certificate === undefined) continue;
    const { cert, key: keyFile } = entry.certificate;
    const others = ownPorts(from).map(({ authority: own }) => first(certificates, `${own.host} ${own.port}`, key));
    const other = others.find((one) => {
      const theirs = entries[one]?.certificate;
      return theirs?.cert !== cert || theirs.key !== keyFile;
    });
    if (other) problems.push([[key, "certificate"], `must be that of ${other}, which has the same listener`]);
  }
  return problems;
}

/** The value that came first with this name. */
function first(seen: Map<string, string>, name: string, value: string): string {
  const before = seen.get(name);
  if (before === undefined) seen.set(name, value);
  return before ?? value;
}

function schemeProblems(key: string, { scheme }: From, { upstreams, tls, headers }: Entry): Problem[] {
  const problems: Problem[] = [];
  const fits = (upstreamScheme: Upstream["scheme"]) => (scheme === "tcp") === (upstreamScheme === "tcp");
  for (const [index, { scheme: upstreamScheme }] of upstreams.entries()) {
    if (fits(upstreamScheme)) continue;
    const expected =
      scheme === "tcp" ? "must be host:port, as the route is tcp://" : "must be an http:// or https:// URL";
    problems.push([[key, "upstreams", index], expected]);
  }
  if (Object.keys(tls).length > 0 && !upstreams.some((upstream) => upstream.scheme === "https")) {
    const why = scheme === "tcp" ? "tcp:// passes bytes on as they are" : "no upstream of this route is one";
    problems.push([[key, "tls"], `is for https:// upstreams, and ${why}: remove it`]);
  }
  if (scheme === "tcp" && Object.keys(headers.set).length + headers.remove.length > 0) {
    problems.push([
      [key, "headers"],
      "is for http:// and https:// routes, tcp:// passes bytes on as they are: remove it",
    ]);
  }
  return problems;
}

function certificateProblems(key: string, { scheme }: From, { certificate }: Entry): Problem[] {
  if ((scheme === "https") === (certificate !== undefined)) return [];
  if (scheme === "https") return [[[key], "needs certificate: { cert, key }, as it is https://"]];
  return [[[key, "certificate"], "is for https:// routes only"]];
}

function headerProblems(key: string, { headers: { set, remove } }: Entry): Problem[] {
  const problems: Problem[] = [];
  for (const name of [...Object.keys(set), ...remove]) {
    if (RESERVED.test(name)) problems.push([[key, "headers"], `${name} belongs to the proxy and cannot be changed`]);
  }
  for (const [index, name] of remove.entries()) {
    if (/^host$/i.test(name)) {
      problems.push([
        [key, "headers", "remove", index],
        "a request must have Host: give it another value in headers.set",
      ]);
    }
  }
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(set)) {
    const same = first(names, name.toLowerCase(), name);
    if (same !== name)
      problems.push([[key, "headers", "set", name], `is the same field as ${same}: remove one of them`]);
    const objection = objectionTo(name, value.reveal());
    if (objection) problems.push([[key, "headers", "set", name], objection]);
  }
  return problems;
}

/** What is wrong with the value of a field. The value itself may be a secret. */
function objectionTo(name: string, value: string): string | undefined {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return "has characters that no field value may have, such as a line break";
  if (/^host$/i.test(name) && !isAuthority(value)) return "must be a host, or host:port";
  return undefined;
}

function isAuthority(text: string): boolean {
  try {
    parseAuthority(text, 80);
    return true;
  } catch {
    return false;
  }
}
