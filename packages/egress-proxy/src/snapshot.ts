import type { EgressConfig } from "./config.ts";
import type { OwnListeners } from "./own-listeners.ts";
import type { Policy } from "./policy/decide.ts";
import { Guard } from "./policy/guard.ts";
import { RuleIndex } from "./policy/rule-index.ts";
import { type ActiveRoute, activateRoute } from "./routes/active-route.ts";
import { RouteTable } from "./routes/route-table.ts";

/** Everything a request is judged and sent by. A reload replaces it whole; a request keeps the one it began with. */
export interface Snapshot {
  readonly config: EgressConfig;
  readonly policy: Policy;
  readonly guard: Guard;
  readonly routes: RouteTable;
  readonly activeRoutes: readonly ActiveRoute[];
}

/**
 * @param own the listeners of this process, which change with the routes and are always prohibited.
 * @param before the routes in force until a reload: what is known of their upstreams stays known.
 * @throws {RuntimeFailure} when a file that a route names cannot be read.
 */
export function createSnapshot(config: EgressConfig, own: OwnListeners, before: readonly ActiveRoute[] = []): Snapshot {
  const known = new Map(before.map((active) => [active.route.from.text, active]));
  const activeRoutes = config.routes.map((route) => activateRoute(route, known.get(route.from.text)));
  return {
    config,
    policy: { mode: config.mode, index: new RuleIndex(config.allow) },
    guard: new Guard({ ...config.guard, isOwn: (address, port) => own.isOwn(address, port) }),
    routes: new RouteTable(activeRoutes),
    activeRoutes,
  };
}
