import type { Authority } from "../authority.ts";
import { WHOLE_SERVER } from "../target.ts";
import type { ActiveRoute } from "./active-route.ts";
import type { From } from "./route.ts";

/** An address and port of routes' own, and what is spoken there. */
export interface OwnPort {
  readonly scheme: From["scheme"];
  readonly authority: Authority;
}

/** The routes in force, the longest prefix first. */
export class RouteTable {
  /** By what a request on the proxy port names. */
  readonly #byAuthority = new Map<string, ActiveRoute[]>();
  /** By the port that a request came in on. */
  readonly #byPort = new Map<string, ActiveRoute[]>();

  constructor(routes: readonly ActiveRoute[]) {
    const longestFirst = routes.toSorted(
      (left, right) => right.route.from.prefix.length - left.route.from.prefix.length,
    );
    for (const active of longestFirst) {
      const { from } = active.route;
      if (from.scheme === "http") append(this.#byAuthority, keyOf(from), active);
      for (const port of ownPorts(from)) append(this.#byPort, keyOf(port), active);
    }
  }

  /** The route for a request to this authority, matched at a segment boundary: `/api` is not a prefix of `/apis`. */
  find(authority: Authority, path: string): ActiveRoute | undefined {
    return matching(this.#byAuthority.get(keyOf({ scheme: "http", authority })), path);
  }

  /** The route for what came in on a port of routes' own. @param path `/` for what has none. */
  findOn(port: OwnPort, path: string): ActiveRoute | undefined {
    return matching(this.#byPort.get(keyOf(port)), path);
  }

  /** Whether a route has its own listener there. */
  listensOn(port: OwnPort): boolean {
    return this.#byPort.has(keyOf(port));
  }
}

/** Where a route has listeners of its own: `localhost` has two addresses. */
export function ownPorts({ direct, scheme, authority }: Pick<From, "direct" | "scheme" | "authority">): OwnPort[] {
  if (!direct) return [];
  if (authority.host !== "localhost") return [{ scheme, authority }];
  const { port } = authority;
  return [
    { scheme, authority: { host: "127.0.0.1", kind: "ipv4", port } },
    { scheme, authority: { host: "::1", kind: "ipv6", port } },
  ];
}

function append(map: Map<string, ActiveRoute[]>, key: string, active: ActiveRoute): void {
  const list = map.get(key);
  if (list) list.push(active);
  else map.set(key, [active]);
}

function matching(routes: readonly ActiveRoute[] | undefined, path: string): ActiveRoute | undefined {
  return routes?.find(
    ({
      route: {
        from: { prefix },
      },
    }) => {
      if (path === WHOLE_SERVER) return prefix === "";
      return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
    },
  );
}

function keyOf({ scheme, authority: { host, port } }: OwnPort): string {
  return `${scheme} ${host} ${port}`;
}

/** The path to ask the upstream for: its own path, then what follows the route's prefix. */
export function upstreamPath(prefix: string, upstreamBase: string, path: string): string {
  if (path === WHOLE_SERVER) return upstreamBase === "" ? path : upstreamBase;
  const rest = path.slice(prefix.length);
  if (rest === "") return upstreamBase === "" ? "/" : upstreamBase;
  return (upstreamBase.endsWith("/") ? upstreamBase.slice(0, -1) : upstreamBase) + rest;
}
