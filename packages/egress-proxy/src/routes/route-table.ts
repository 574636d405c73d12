import type { Authority } from "../authority.ts";
import { WHOLE_SERVER } from "../target.ts";
import type { ActiveRoute } from "./active-route.ts";

/** HTTP routes by the authority they are for, the longest prefix first. */
export class RouteTable {
  readonly #byAuthority = new Map<string, ActiveRoute[]>();

  constructor(routes: readonly ActiveRoute[]) {
    for (const route of routes) {
      if (route.route.from.scheme === "tcp") continue;
      const key = keyOf(route.route.from.authority, route.route.from.scheme);
      const list = this.#byAuthority.get(key);
      if (list) list.push(route);
      else this.#byAuthority.set(key, [route]);
    }
    for (const list of this.#byAuthority.values()) {
      list.sort((left, right) => right.route.from.prefix.length - left.route.from.prefix.length);
    }
  }

  /** The route for a request to this authority, matched at a segment boundary: `/api` is not a prefix of `/apis`. */
  find(authority: Authority, path: string, scheme: "http" | "https" = "http"): ActiveRoute | undefined {
    const routes = this.#byAuthority.get(keyOf(authority, scheme));
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
}

function keyOf({ host, port }: Authority, scheme: string): string {
  return `${scheme} ${host} ${port}`;
}

/** The path to ask the upstream for: its own path, then what follows the route's prefix. */
export function upstreamPath(prefix: string, upstreamBase: string, path: string): string {
  if (path === WHOLE_SERVER) return upstreamBase === "" ? path : upstreamBase;
  const rest = path.slice(prefix.length);
  if (rest === "") return upstreamBase === "" ? "/" : upstreamBase;
  return (upstreamBase.endsWith("/") ? upstreamBase.slice(0, -1) : upstreamBase) + rest;
}
