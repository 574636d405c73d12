import type { LookupAddress } from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { isIP, type LookupFunction } from "node:net";
import { formatAddress } from "@outrigger/net/address";
import { type Hosts, parseHosts } from "@outrigger/net/hosts-file";
import { CheckFailure } from "./failure.ts";

// getaddrinfo runs on libuv's thread pool and may take half of it: two names behind a dead resolver stop every other
// look-up, that of `localhost` included. What can be answered without the pool is; the rest is asked once at a time.

const LOOPBACK: readonly LookupAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

const HOSTS_FILE = "/etc/hosts";

let hosts: { version: string; names: Hosts } | undefined;
const underWay = new Map<string, Promise<LookupAddress[]>>();

/**
 * The addresses of a host: a literal itself, `localhost` (RFC 6761) both loopbacks, then the hosts file, then the system's
 * resolver. A look-up that outlives its run goes on in the background and serves the next one. Rejects with `CheckFailure`.
 */
export async function resolveHost(name: string): Promise<readonly LookupAddress[]> {
  const host = name.replace(/\.$/, "").toLowerCase();
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  if (host === "localhost" || host.endsWith(".localhost")) return LOOPBACK;
  const listed = hostsFile().get(host);
  if (listed !== undefined) {
    return listed.map((address) => ({ address: formatAddress(address), family: address.family }));
  }
  return askSystem(name);
}

/** `resolveHost` in the form that `node:net` wants. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  resolveHost(hostname).then(
    (addresses) => {
      if (options.all) callback(null, [...addresses]);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    },
    (error) => callback(error, []),
  );
};

/** Read anew when it changed. Synchronous because an asynchronous read would need the very pool this avoids. */
function hostsFile(): Hosts {
  try {
    const { mtimeMs, size, ino } = statSync(HOSTS_FILE);
    const version = `${ino} ${size} ${mtimeMs}`;
    if (hosts?.version !== version) hosts = { version, names: parseHosts(readFileSync(HOSTS_FILE, "utf8")) };
    return hosts.names;
  } catch {
    // A container may have no hosts file: then nothing is listed.
    return new Map();
  }
}

function askSystem(name: string): Promise<LookupAddress[]> {
  const running = underWay.get(name);
  if (running !== undefined) return running;
  const asked = systemLookup(name).finally(() => underWay.delete(name));
  underWay.set(name, asked);
  return asked;
}

async function systemLookup(name: string): Promise<LookupAddress[]> {
  const { lookup: getaddrinfo } = await import("node:dns/promises");
  try {
    return await getaddrinfo(name, { all: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const missing = code === "ENOTFOUND" || code === "ENODATA";
    const kind = missing ? "name not found" : "name not resolved";
    throw new CheckFailure(
      kind,
      `${kind}: ${name} (${code}); check the spelling, the search domains and the resolver`,
      error,
    );
  }
}
