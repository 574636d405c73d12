import type { Grant } from "../policy/guard.ts";
import { readTlsIdentity, type TlsIdentity } from "../upstream/tls-identity.ts";
import { Balancer } from "./balancer.ts";
import { RetryBudget } from "./retry-budget.ts";
import type { Route, Upstream } from "./route.ts";

/** A route in force: its configuration, and the state of its upstreams. */
export interface ActiveRoute {
  readonly route: Route;
  readonly balancer: Balancer;
  readonly budget: RetryBudget;
  readonly identities: ReadonlyMap<Upstream, TlsIdentity>;
}

/** @throws {RuntimeFailure} when a file of `tls` cannot be read. */
export function activateRoute(route: Route): ActiveRoute {
  const identities = new Map<Upstream, TlsIdentity>();
  for (const upstream of route.upstreams) {
    if (upstream.scheme !== "https") continue;
    const where = `egress.routes["${route.from.text}"].tls`;
    identities.set(upstream, readTlsIdentity(route.tls, upstream.authority.host, where));
  }
  return {
    route,
    balancer: new Balancer(route.upstreams, route.balance, route.eject),
    budget: new RetryBudget(route.retries.budget),
    identities,
  };
}

/** What the guard permits an upstream: as for a rule, and an address or `localhost` as it is written. */
export function upstreamGrant(route: Route, { authority }: Upstream): Grant {
  const spellsHost = authority.kind !== "name" || authority.host === "localhost";
  return { spellsHost, resolvesTo: route.resolvesTo, route };
}
