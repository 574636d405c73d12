import { parseAddress } from "./address.ts";

/** What resolv.conf(5) says about asking. Times are in milliseconds. */
export interface ResolverSettings {
  /** `address`, `address:port` or `[v6]:port`. */
  readonly servers: readonly string[];
  /** Suffixes, lower case, without dots at either end. */
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeout: number;
  readonly attempts: number;
}

/** Reads resolv.conf with the limits of glibc: three servers, ndots and attempts bounded, the last `search` wins. */
export function parseResolvConf(text: string): ResolverSettings {
  const servers: string[] = [];
  let search: string[] = [];
  const options = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "nameserver" && values[0] && parseAddress(values[0])) servers.push(values[0]);
    else if (keyword === "search" || keyword === "domain") search = values.map(bare).filter((name) => name !== "");
    else if (keyword === "options") {
      for (const option of values) {
        const [name = "", value = ""] = option.split(":");
        if (/^\d+$/.test(value)) options.set(name, Number(value));
      }
    }
  }
  return {
    servers: servers.length > 0 ? servers.slice(0, 3) : ["127.0.0.1"],
    search,
    ndots: Math.min(options.get("ndots") ?? 1, 15),
    timeout: Math.max(1, Math.min(options.get("timeout") ?? 5, 30)) * 1000,
    attempts: Math.max(1, Math.min(options.get("attempts") ?? 2, 5)),
  };
}

function bare(name: string): string {
  return name.toLowerCase().replace(/^\.+|\.+$/g, "");
}

/**
 * The names to ask for, in order. A name with a dot is asked as it is first, whatever `ndots` says, so that a public
 * name that exists never leaks to the owners of search suffixes; a name without one goes through the list first.
 */
export function candidates(name: string, settings: Pick<ResolverSettings, "search" | "ndots">): string[] {
  const searched = settings.search.map((suffix) => `${name}.${suffix}`);
  const isShort = !name.includes(".") && settings.ndots > 0;
  return isShort ? [...searched, name] : [name, ...searched];
}
