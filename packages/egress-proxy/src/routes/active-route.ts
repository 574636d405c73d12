import type { Log } from "@outrigger/runtime/log";
import { Complaint } from "../complaint.ts";
import type { Failure } from "../failure.ts";
import type { Grant } from "../policy/guard.ts";
import { readTlsIdentity, type TlsIdentity } from "../upstream/tls-identity.ts";
import { Balancer, type Turn } from "./balancer.ts";
import { RetryBudget } from "./retry-budget.ts";
import type { Route, Upstream } from "./route.ts";

/** A route in force: its configuration, and the state of its upstreams. */
export interface ActiveRoute {
  readonly route: Route;
  readonly balancer: Balancer;
  readonly budget: RetryBudget;
  /** By the text of the upstream. */
  readonly identities: ReadonlyMap<string, TlsIdentity>;
  /** About upstreams that the guard refuses. */
  readonly complaint: Complaint;
}

/**
 * @param before the route of the same text until a reload.
 * @throws {RuntimeFailure} when a file of `tls` cannot be read.
 */
export function activateRoute(route: Route, before?: ActiveRoute): ActiveRoute {
  const identities = new Map<string, TlsIdentity>();
  for (const upstream of route.upstreams) {
    if (upstream.scheme !== "https") continue;
    const where = `egress.routes["${route.from.text}"].tls`;
    identities.set(upstream.text, readTlsIdentity(route.tls, upstream.authority.host, where));
  }
  return {
    route,
    balancer: new Balancer(route.upstreams, route.balance, route.eject, before?.balancer),
    budget: before?.budget.share === route.retries.budget ? before.budget : new RetryBudget(route.retries.budget),
    identities,
    complaint: before?.complaint ?? new Complaint(),
  };
}

/** What the guard permits an upstream: as for a rule, and an address or `localhost` as it is written. */
export function upstreamGrant(route: Route, { authority }: Upstream): Grant {
  const spellsHost = authority.kind !== "name" || authority.host === "localhost";
  return { spellsHost, resolvesTo: route.resolvesTo, route };
}

/** Tells the balancer what came of a try, and logs when that makes it leave the upstream alone. */
export function noteOutcome(log: Log, { route, balancer }: ActiveRoute, turn: Turn, ok: boolean): void {
  if (!balancer.note(turn, ok)) return;
  log.warn("left an upstream alone for a while", {
    route: route.from.text,
    upstream: turn.member.upstream.text,
  });
}

/** Logs, once a minute, that the guard refuses an upstream and another one serves: no client is told, nor any audit record. */
export function passedOver(log: Log, { route, complaint }: ActiveRoute, upstream: Upstream, failure: Failure): void {
  if (!complaint.isDue()) return;
  const { reason, address } = failure;
  log.warn("passed over an upstream that must not be dialled", {
    route: route.from.text,
    upstream: upstream.text,
    reason,
    address,
  });
}
