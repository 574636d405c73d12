import { parseAddress } from "@outrigger/net/address";
import type { Resolver } from "@outrigger/net/resolve";
import { type Authority, hostText } from "./authority.ts";
import { type Failure, noRouteDenial, refusalFailure, ruleDenial, unsafePathDenial } from "./failure.ts";
import { locate } from "./locate.ts";
import { decide, type Question } from "./policy/decide.ts";
import type { Grant } from "./policy/guard.ts";
import { isSafePath } from "./policy/path-safety.ts";
import { printable } from "./printable.ts";
import { Refusal } from "./refusal.ts";
import { type ActiveRoute, upstreamGrant } from "./routes/active-route.ts";
import type { From } from "./routes/route.ts";
import { type OwnPort, ownPorts } from "./routes/route-table.ts";
import type { Snapshot } from "./snapshot.ts";
import { parseAbsoluteForm, parseAuthorityForm, parseOriginForm } from "./target.ts";

/** What the guard says about one destination. */
interface Judged {
  readonly authority: Authority;
  /** The rule or route that leads there. */
  readonly why: string;
  /** Why no address of it may be dialled; absent when one may. */
  readonly failure: Failure | undefined;
  readonly addresses: readonly string[];
}

/** The lines that `explain` prints: the verdict first, then why, the addresses, and a hint. */
export async function verdictOn(url: string, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  try {
    const other = /^(https|tcp):\/\/([^/?#]*)(.*)$/is.exec(url);
    if (!other) return await judgePlain(url, snapshot, resolver);
    const [, name = "", host = "", rest = ""] = other;
    const scheme = name.toLowerCase() === "https" ? "https" : "tcp";
    const hasDefault = scheme === "https" && !/:\d+$/.test(host);
    const authority = parseAuthorityForm(sendable(hasDefault ? `${host}:443` : host));
    const listener = listenerAt(scheme, authority, snapshot);
    if (listener) {
      const path = scheme === "tcp" ? "/" : parseOriginForm(sendable(rest.startsWith("/") ? rest : `/${rest}`)).path;
      const active = snapshot.routes.findOn(listener, path);
      if (active) return await judgeRoute(url, active, path, snapshot, resolver);
      return denied(url, noRouteDenial(listener.authority));
    }
    // A client sends other https through CONNECT, so that is what is judged; other tcp has no way through the proxy.
    if (scheme === "https") return await judgeTunnel(authority, snapshot, resolver);
    return await judgePlain(url, snapshot, resolver);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return denied(url, refusalFailure(error));
  }
}

/** @throws {Refusal} for what the HTTP parser refuses in a request line before anything is judged. */
function sendable(target: string): string {
  if (/^[\x21-\x7e]*$/.test(target)) return target;
  throw new Refusal("bad_request", "a URL has visible ASCII characters only: percent-encode the others");
}

/** The routes' own listener that a connection to this destination would reach. */
function listenerAt(scheme: From["scheme"], authority: Authority, { routes, guard }: Snapshot): OwnPort | undefined {
  const { port } = authority;
  const exact = ownPorts({ direct: true, scheme, authority });
  const isHere = exact.some(({ authority: { host } }) => {
    const address = parseAddress(host);
    return address !== undefined && guard.isOwn(address, port);
  });
  const open: OwnPort[] = [
    { scheme, authority: { host: "0.0.0.0", kind: "ipv4", port } },
    { scheme, authority: { host: "::", kind: "ipv6", port } },
  ];
  return [...exact, ...(isHere ? open : [])].find((one) => routes.listensOn(one));
}

async function judgePlain(url: string, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  const { authority, path } = parseAbsoluteForm(sendable(url));
  const active = snapshot.routes.find(authority, path);
  if (active) return judgeRoute(url, active, path, snapshot, resolver);
  return (await judgeRules({ authority, method: "GET", path }, snapshot, resolver)).lines;
}

async function judgeTunnel(authority: Authority, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  const { lines, tunnel } = await judgeRules({ authority, method: "CONNECT", path: "" }, snapshot, resolver);
  if (tunnel !== "tls") return lines;
  if (authority.kind === "name") return [...lines, "the tunnel may carry TLS with this name only"];
  return [
    ...lines,
    "no TLS may pass this tunnel, since a server name is never an address: add tunnel: any to the rule",
  ];
}

async function judgeRules(question: Question, snapshot: Snapshot, resolver: Resolver) {
  const { authority } = question;
  const decision = decide(question, snapshot.policy);
  if (!decision.allowed) return { lines: denied(destinationOf(authority), ruleDenial(question, decision)) };
  const why = decision.reason
    ? `mode ${snapshot.config.mode} (enforce would say ${decision.reason})`
    : `rule ${decision.rule?.text ?? ""}`;
  const judged = await judgeAddresses(why, authority, decision.granting, snapshot, resolver);
  return { lines: verdictLines([judged]), tunnel: decision.tunnel };
}

async function judgeRoute(
  url: string,
  { route }: ActiveRoute,
  path: string,
  snapshot: Snapshot,
  resolver: Resolver,
): Promise<string[]> {
  if (!isSafePath(path)) return denied(url, unsafePathDenial());
  const judged: Judged[] = [];
  for (const upstream of route.upstreams) {
    const why = `route ${route.from.text} to ${upstream.text}`;
    judged.push(await judgeAddresses(why, upstream.authority, [upstreamGrant(route, upstream)], snapshot, resolver));
  }
  return verdictLines(judged);
}

function judgeAddresses(
  why: string,
  authority: Authority,
  grants: readonly Grant[],
  snapshot: Snapshot,
  resolver: Resolver,
): Promise<Judged> {
  return new Promise((resolve) => {
    locate({ resolver }, snapshot, authority, grants, (failure, addresses) => {
      resolve({ authority, why, failure, addresses });
    });
  });
}

/** One destination that may be dialled is enough; each of several says which it is. */
function verdictLines(judged: readonly Judged[]): string[] {
  const decisive = judged.find(({ failure }) => failure === undefined) ?? judged[0];
  const verdict = (one: Judged) =>
    one.failure
      ? `denied ${destinationOf(one.authority)}: ${one.failure.reason}`
      : `allowed ${destinationOf(one.authority)}`;
  const lines = decisive ? [verdict(decisive)] : [];
  for (const one of judged) {
    lines.push(one.why);
    if (one !== decisive) lines.push(verdict(one));
    lines.push(one.failure ? one.failure.hint : `addresses: ${one.addresses.join(", ")}`);
  }
  return lines;
}

function destinationOf(authority: Authority): string {
  return `${hostText(authority)}:${authority.port}`;
}

function denied(what: string, { reason, hint }: Failure): string[] {
  return [`denied ${printable(what)}: ${reason}`, hint];
}
