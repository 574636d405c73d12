import type { Address } from "@outrigger/runtime/schema";

/** What leads the application's HTTP clients to the egress proxy. */
export interface Wiring {
  /** Variables to add to the application's environment. */
  variables: Record<string, string>;
  /** Names the environment has already: their values stay. */
  kept: string[];
}

const neverProxied = ["localhost", "127.0.0.1", "::1"];

/**
 * The proxy variables for an application beside an egress proxy that listens at `listen`. A host that is the `from` of
 * an http route is left out of `no_proxy`, or a client would never ask the proxy for `http://localhost/api`. Both spellings
 * are set, because clients differ; `NODE_USE_ENV_PROXY` makes Node's own clients look at them.
 */
export function proxyWiring(listen: Address, routes: Iterable<string>, environment: NodeJS.ProcessEnv): Wiring {
  const routed = new Set([...routes].map(httpHost));
  const proxy = `http://${reachable(listen)}`;
  const exempt = neverProxied.filter((host) => !routed.has(host)).join(",");
  const wanted = {
    http_proxy: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    no_proxy: exempt,
    NO_PROXY: exempt,
    NODE_USE_ENV_PROXY: "1",
  };
  const entries = Object.entries(wanted);
  return {
    variables: Object.fromEntries(entries.filter(([name]) => environment[name] === undefined)),
    kept: entries.map(([name]) => name).filter((name) => environment[name] !== undefined),
  };
}

/** The host of an `http://` route, without the brackets of an IPv6 address; other routes never meet the proxy port. */
function httpHost(from: string): string | undefined {
  const match = /^http:\/\/(?:\[([^\]]+)\]|([^:/?#]+))/i.exec(from);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** All addresses include loopback; the host of a URL needs brackets around an IPv6 address. */
function reachable({ host = "", port }: Address): string {
  if (["", "0.0.0.0", "::"].includes(host)) return `127.0.0.1:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
