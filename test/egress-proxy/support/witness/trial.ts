import { takeArrivals } from "./arrivals.ts";
import { type Testimony, violations } from "./judge.ts";

/** Proxies of this process that are still running, and those that ended since the last trial. */
const running = new Set<object>();
let ended: Testimony[] = [];

/** From now on what reaches the servers of this process may be this proxy's doing. */
export function beginTrial(proxy: object): void {
  running.add(proxy);
}

/**
 * The end of a proxy. With the last one that was running, everything that reached a server must be explained by an audit
 * record.
 * @throws {Error} when something arrived, or was asked of a DNS server, that no verdict allowed.
 */
export function endTrial(proxy: object, testimony: Testimony): void {
  running.delete(proxy);
  ended.push(testimony);
  if (running.size > 0) return;
  const { arrivals, queries } = takeArrivals();
  const found = violations(arrivals, queries, ended);
  const records = ended.flatMap((testimony) => testimony.records.map((record) => JSON.stringify(record)));
  ended = [];
  if (found.length > 0) throw new Error([...found, "The audit records:", ...records].join("\n"));
}
