import type { Authority } from "../authority.ts";
import type { Route } from "./route.ts";

/** Routes by the authority they are for, the longest prefix first. */
export class RouteTable {
  readonly #byAuthority = new Map<string, Route[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const key = keyOf(route.from.authority);
      const list = this.#byAuthority.get(key);
      if (list) list.push(route);
      else this.#byAuthority.set(key, [route]);
    }
    for (const list of this.#byAuthority.values()) {
      list.sort((left, right) => right.from.prefix.length - left.from.prefix.length);
    }
  }

  get isEmpty(): boolean {
    return this.#byAuthority.size === 0;
  }

  /** The route for a request to this authority, matched at a segment boundary: `/api` is not a prefix of `/apis`. */
  find(authority: Authority, path: string): Route | undefined {
    const routes = this.#byAuthority.get(keyOf(authority));
    return routes?.find(({ from: { prefix } }) => {
      return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
    });
  }
}

function keyOf({ host, port }: Authority): string {
  return `${host} ${port}`;
}

/** The path to ask the upstream for: its own path, then what follows the route's prefix. */
export function upstreamPath(prefix: string, upstreamBase: string, path: string): string {
  const rest = path.slice(prefix.length);
  if (rest === "") return upstreamBase === "" ? "/" : upstreamBase;
  return (upstreamBase.endsWith("/") ? upstreamBase.slice(0, -1) : upstreamBase) + rest;
}
