import type { Resolver as Channel } from "node:dns";
import { readFile } from "node:fs/promises";
import { type Address, parseAddress } from "./address.ts";
import { parseHosts } from "./hosts-file.ts";
import { candidates, parseResolvConf, type ResolverSettings } from "./resolv-conf.ts";

/** Why a name has no addresses: an answer that says so, or none in time. */
export class ResolveError extends Error {
  readonly code: "dns_error" | "dns_timeout";

  constructor(code: "dns_error" | "dns_timeout", message: string) {
    super(message);
    this.name = "ResolveError";
    this.code = code;
  }
}

export interface ResolverOptions {
  /** `host:port` of the servers to ask; empty: those of resolv.conf. */
  servers?: readonly string[];
  /** Called with the seconds each look-up that was not served from the cache took. */
  onLookup?: (seconds: number) => void;
  /**
   * Whether an address of the hosts file is a stand-in on this machine, by which applications get here instead of to the
   * name. Such entries are passed over: the question is where the name really is.
   */
  isStandIn?: (address: Address) => boolean;
  hostsPath?: string;
  resolvConfPath?: string;
}

interface Found {
  addresses: readonly Address[];
  /** Seconds. */
  ttl: number;
}

interface Entry {
  outcome: readonly Address[] | ResolveError;
  expires: number;
}

const MAX_TTL = 300;
const NEGATIVE_TTL = 5;
const HOSTS_TTL = 5;
const MAX_ENTRIES = 4096;
/** No look-up takes longer than this in all, whatever resolv.conf says. */
const DEADLINE = 9_500;
/** How long the slower of A and AAAA is waited for once the other has answered (RFC 8305 section 3 asks for 50 ms). */
const RESOLUTION_DELAY = 200;

/**
 * Names to addresses: hosts file, then DNS with search list, and a cache by TTL.
 *
 * Not `dns.lookup`: getaddrinfo blocks one of four pool threads, has no TTL, and takes `2130706433` for an address.
 */
export class Resolver {
  readonly #options: ResolverOptions;
  readonly #cache = new Map<string, Entry>();
  readonly #running = new Map<string, Promise<readonly Address[]>>();
  #channel: { settings: string; dns: Channel } | undefined;

  constructor(options: ResolverOptions = {}) {
    this.#options = options;
  }

  /** The cached outcome, when it is still good; lets a caller skip the promise of {@link resolve}. */
  peek(name: string): readonly Address[] | ResolveError | undefined {
    const entry = this.#cache.get(name);
    if (entry === undefined) return undefined;
    if (entry.expires > performance.now()) return entry.outcome;
    this.#cache.delete(name);
    return undefined;
  }

  /**
   * All addresses of a lower-case name. Concurrent calls for one name share one look-up.
   * @throws {ResolveError}
   */
  resolve(name: string): Promise<readonly Address[]> {
    const known = this.peek(name);
    if (known !== undefined) return known instanceof ResolveError ? Promise.reject(known) : Promise.resolve(known);
    const running = this.#running.get(name);
    if (running) return running;
    const lookup = this.#lookup(name).finally(() => this.#running.delete(name));
    this.#running.set(name, lookup);
    return lookup;
  }

  /** Ends look-ups under way; they fail with `dns_error`. */
  close(): void {
    this.#channel?.dns.cancel();
  }

  async #lookup(name: string): Promise<readonly Address[]> {
    const started = performance.now();
    try {
      const found = (await this.#fromHosts(name)) ?? (await this.#fromDns(name));
      this.#remember(name, found.addresses, Math.min(found.ttl, MAX_TTL));
      return found.addresses;
    } catch (error) {
      if (error instanceof NoSuchName) this.#remember(name, error, NEGATIVE_TTL);
      throw error;
    } finally {
      this.#options.onLookup?.((performance.now() - started) / 1000);
    }
  }

  #remember(name: string, outcome: Entry["outcome"], ttl: number): void {
    if (ttl <= 0) return;
    if (this.#cache.size >= MAX_ENTRIES) {
      const oldest = this.#cache.keys().next().value;
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(name, { outcome, expires: performance.now() + ttl * 1000 });
  }

  async #fromHosts(name: string): Promise<Found | undefined> {
    const { hostsPath = "/etc/hosts", isStandIn = () => false } = this.#options;
    const all = parseHosts(await readOptional(hostsPath)).get(name);
    const addresses = all?.filter((address) => !isStandIn(address));
    return addresses?.length ? { addresses, ttl: HOSTS_TTL } : undefined;
  }

  async #fromDns(name: string): Promise<Found> {
    const settings = parseResolvConf(await readOptional(this.#options.resolvConfPath ?? "/etc/resolv.conf"));
    const dns = await this.#openChannel(settings);
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ResolveError("dns_timeout", `no answer for ${name} in time`)), DEADLINE);
    });
    try {
      return await Promise.race([askInTurn(dns, name, candidates(name, settings)), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #openChannel(settings: ResolverSettings): Promise<Channel> {
    const servers = this.#options.servers?.length ? this.#options.servers : settings.servers;
    const key = JSON.stringify([servers, settings.timeout, settings.attempts]);
    if (this.#channel?.settings !== key) {
      // Loaded by the first name that needs it: hosts files and literals do not.
      const { Resolver: Dns } = await import("node:dns");
      // c-ares doubles the time-out at every further attempt: 2 s, 2 attempts are 6 s in all.
      const dns = new Dns({ timeout: Math.min(settings.timeout, 2000), tries: Math.min(settings.attempts, 2) });
      dns.setServers(servers);
      this.#channel = { settings: key, dns };
    }
    return this.#channel.dns;
  }
}

/** The name, or its empty answer, is certain: worth remembering for a moment. */
class NoSuchName extends ResolveError {}

async function askInTurn(dns: Channel, name: string, names: readonly string[]): Promise<Found> {
  let failure: ResolveError | undefined;
  for (const candidate of names) {
    try {
      return await ask(dns, candidate);
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error;
      // What counts in the end is what was said about the name itself, unless a suffix stayed silent.
      if (failure === undefined || candidate === name || error.code === "dns_timeout") failure = error;
      if (error.code === "dns_timeout") break;
    }
  }
  throw failure ?? new NoSuchName("dns_error", `${name} has no address`);
}

/** A and AAAA at once. One positive answer is enough; the other gets a short time more. */
function ask(dns: Channel, name: string): Promise<Found> {
  return new Promise((resolve, reject) => {
    const records: { address: string; ttl: number }[] = [];
    const failures: NodeJS.ErrnoException[] = [];
    let open = 2;
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      const addresses = records
        .map((record) => parseAddress(record.address))
        .filter((address) => address !== undefined);
      if (addresses.length === 0) return reject(failureOf(name, failures));
      const ttl = Math.min(...records.map((record) => record.ttl));
      // IPv6 first, as RFC 8305 wants it; an incomplete answer is kept for a moment only.
      addresses.sort((left, right) => right.family - left.family);
      resolve({ addresses, ttl: open > 0 || failures.some(isSilence) ? Math.min(ttl, NEGATIVE_TTL) : ttl });
    };
    const collect = (error: NodeJS.ErrnoException | null, answers: { address: string; ttl: number }[] | undefined) => {
      open--;
      if (error) failures.push(error);
      else records.push(...(answers ?? []));
      if (open === 0) settle();
      else if (records.length > 0) timer = setTimeout(settle, RESOLUTION_DELAY);
    };
    dns.resolve4(name, { ttl: true }, collect);
    dns.resolve6(name, { ttl: true }, collect);
  });
}

function failureOf(name: string, failures: readonly NodeJS.ErrnoException[]): ResolveError {
  if (failures.some(isSilence)) return new ResolveError("dns_timeout", `no DNS server answered for ${name}`);
  const certain = failures.every((failure) => failure.code === "ENOTFOUND" || failure.code === "ENODATA");
  if (certain) return new NoSuchName("dns_error", `${name} does not exist or has no address`);
  const codes = [...new Set(failures.map((failure) => failure.code ?? failure.message))].join(", ");
  return new ResolveError("dns_error", `the look-up of ${name} failed: ${codes}`);
}

/** No server said anything: none in time, or none that can be reached (ECONNREFUSED stands for every reason of that). */
function isSilence(failure: NodeJS.ErrnoException): boolean {
  return failure.code === "ETIMEOUT" || failure.code === "ECONNREFUSED";
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return ""; // resolv.conf(5), hosts(5): a missing file means the defaults
  }
}
