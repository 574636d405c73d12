import { Resolver } from "@outrigger/net/resolve";
import { UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import { type Authority, hostText } from "./authority.ts";
import type { EgressConfig } from "./config.ts";
import { type Failure, refusalFailure, ruleDenial, unsafePathDenial } from "./failure.ts";
import { locate } from "./locate.ts";
import { OwnListeners } from "./own-listeners.ts";
import { decide } from "./policy/decide.ts";
import type { Grant } from "./policy/guard.ts";
import { isSafePath } from "./policy/path-safety.ts";
import { Refusal } from "./refusal.ts";
import { upstreamGrant } from "./routes/active-route.ts";
import { isStandIn } from "./routes/stand-in.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import { parseAbsoluteForm, parseAuthorityForm } from "./target.ts";
import { wantedListeners } from "./wanted-listeners.ts";

/** What the system may take `localhost` in `egress.listen` for. */
const LOOPBACK = ["127.0.0.1", "::1"];

/** `egress-proxy explain URL`: the verdict of the deciding code itself, DNS included. 0 allowed, 1 denied. */
export async function explain({ args, load }: CommandContext<EgressConfig>): Promise<number> {
  const at = args.findIndex((arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1]));
  const url = args[at];
  if (url === undefined) throw new UsageError("explain needs a URL: egress-proxy explain https://example.com/");
  const { config } = await load(args.toSpliced(at, 1));
  const own = new OwnListeners();
  for (const { host = "::", port } of wantedListeners(config).values()) {
    for (const address of host === "localhost" ? LOOPBACK : [host]) own.add({ address, port });
  }
  own.add({ address: "::", port: config.admin.port });
  const resolver = new Resolver({
    servers: config.dns.servers,
    isStandIn: (address) => isStandIn(config.routes, address),
  });
  const lines = await verdictOn(url, createSnapshot(config, own), resolver);
  await print(`${lines.join("\n")}\n`);
  return lines[0]?.startsWith("allowed") ? 0 : 1;
}

function takesValue(option: string | undefined): boolean {
  return option !== undefined && /^(?:--(?:config|set|allow|route|listen|mode)|-c)$/.test(option);
}

/** The lines that `explain` prints: the verdict first, then why, the addresses, and a hint. */
export async function verdictOn(url: string, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  try {
    // A client sends https through CONNECT, so that is what is judged.
    const tunnel = /^https:\/\/([^/?#]*)/i.exec(url);
    if (!tunnel) return await judgePlain(sendable(url), snapshot, resolver);
    const host = sendable(tunnel[1] ?? "");
    return await judgeTunnel(parseAuthorityForm(/:\d+$/.test(host) ? host : `${host}:443`), snapshot, resolver);
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

async function judgePlain(url: string, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  const { authority, path } = parseAbsoluteForm(url);
  const active = snapshot.routes.find(authority, path);
  if (active) {
    const { route } = active;
    if (!isSafePath(path)) return denied(url, unsafePathDenial());
    const lines: string[] = [];
    for (const upstream of route.upstreams) {
      const why = `route ${route.from.text} to ${upstream.text}`;
      lines.push(
        ...(await judgeAddresses(why, upstream.authority, [upstreamGrant(route, upstream)], snapshot, resolver)),
      );
    }
    return lines;
  }
  const question = { authority, method: "GET", path };
  const decision = decide(question, snapshot.policy);
  if (!decision.allowed) return denied(destinationOf(authority), ruleDenial(question, decision));
  const why = decision.reason
    ? `mode ${snapshot.config.mode} (enforce would say ${decision.reason})`
    : ruleText(decision.rule);
  return judgeAddresses(why, authority, decision.granting, snapshot, resolver);
}

async function judgeTunnel(authority: Authority, snapshot: Snapshot, resolver: Resolver): Promise<string[]> {
  const question = { authority, method: "CONNECT", path: "" };
  const decision = decide(question, snapshot.policy);
  if (!decision.allowed) return denied(destinationOf(authority), ruleDenial(question, decision));
  const why = decision.reason
    ? `mode ${snapshot.config.mode} (enforce would say ${decision.reason})`
    : ruleText(decision.rule);
  const carries = decision.tunnel === "tls" ? ["the tunnel may carry TLS with this name only"] : [];
  return [...(await judgeAddresses(why, authority, decision.granting, snapshot, resolver)), ...carries];
}

function ruleText(rule: { text: string } | undefined): string {
  return `rule ${rule?.text ?? ""}`;
}

function judgeAddresses(
  why: string,
  authority: Authority,
  grants: readonly Grant[],
  snapshot: Snapshot,
  resolver: Resolver,
) {
  return new Promise<string[]>((resolve) => {
    locate({ resolver }, snapshot, authority, grants, (failure, addresses) => {
      if (failure) return resolve(denied(destinationOf(authority), failure, why));
      resolve([`allowed ${destinationOf(authority)}`, why, `addresses: ${addresses.join(", ")}`]);
    });
  });
}

function destinationOf(authority: Authority): string {
  return `${hostText(authority)}:${authority.port}`;
}

function denied(what: string, { reason, hint }: Failure, why?: string): string[] {
  return [`denied ${what}: ${reason}`, ...(why ? [why] : []), hint];
}
