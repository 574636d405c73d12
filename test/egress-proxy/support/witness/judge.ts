import type { LogRecord } from "../../../harness/tool.ts";
import type { Arrival, Query } from "./arrivals.ts";
import { hostOf, type Permit, permitOf, type RouteTargets } from "./permits.ts";
import { requestsIn } from "./requests.ts";

/** What one proxy said and was told. */
export interface Testimony {
  /** Its audit records, of all levels. */
  readonly records: readonly LogRecord[];
  readonly targets: RouteTargets;
}

/** What arrived although no audit record allows it, as sentences; none is the only acceptable answer. */
export function violations(
  arrivals: readonly Arrival[],
  queries: readonly Query[],
  proxies: readonly Testimony[],
): string[] {
  const permits = proxies.flatMap(({ records, targets }) =>
    records.map((record) => permitOf(record, targets)).filter((permit) => permit !== undefined),
  );
  return [...unexplainedArrivals(arrivals, permits), ...unexplainedQueries(queries, proxies)];
}

function unexplainedArrivals(arrivals: readonly Arrival[], permits: Permit[]): string[] {
  let open = arrivals.filter((arrival) => {
    if (arrival.bytes !== "") return true;
    return !permits.some((permit) => permit.ports.has(arrival.port));
  });
  // The surest first: a tunnel with exactly these bytes, then requests, then a tunnel some of whose bytes got lost.
  for (const explains of [isExactTunnel, areRequests, isTunnel, isHandshake]) {
    open = open.filter((arrival) => arrival.bytes === "" || !explains(arrival, permits));
  }
  return open.map(
    ({ address, port, bytes }) => `no verdict allowed ${address}:${port} ${JSON.stringify(bytes.slice(0, 200))}`,
  );
}

function fits({ ports, address, uses }: Permit, arrival: Arrival): boolean {
  return uses > 0 && ports.has(arrival.port) && (address === undefined || address === arrival.address);
}

function use(permit: Permit | undefined): boolean {
  if (permit !== undefined) permit.uses--;
  return permit !== undefined;
}

function isExactTunnel(arrival: Arrival, permits: Permit[]): boolean {
  return use(permits.find((permit) => fits(permit, arrival) && permit.tunnelBytes === arrival.bytes.length));
}

function isTunnel(arrival: Arrival, permits: Permit[]): boolean {
  return use(permits.find((permit) => fits(permit, arrival) && (permit.tunnelBytes ?? -1) >= arrival.bytes.length));
}

function areRequests(arrival: Arrival, permits: Permit[]): boolean {
  const requests = requestsIn(arrival.bytes);
  if (requests === undefined) return false;
  const used: Permit[] = [];
  for (const { method, path } of requests) {
    const fitting = permits.filter((permit) => fits(permit, arrival) && permit.method === method);
    const permit = fitting.find((one) => one.path === path) ?? fitting.find((one) => one.path === undefined);
    if (permit) used.push(permit);
    if (!use(permit)) {
      for (const one of used) one.uses++;
      return false;
    }
  }
  return true;
}

/** An allowed request that got no further than its TLS handshake. */
function isHandshake(arrival: Arrival, permits: Permit[]): boolean {
  if (!arrival.bytes.startsWith("\x16\x03")) return false;
  return use(permits.find((permit) => fits(permit, arrival) && permit.method !== undefined));
}

/** Names are asked for after the rules have said yes; the addresses may still be refused then. */
function unexplainedQueries(queries: readonly Query[], proxies: readonly Testimony[]): string[] {
  const names = new Set<string>();
  for (const { records, targets } of proxies) {
    for (const upstream of [...targets.values()].flatMap((set) => [...set])) names.add(hostOf(upstream));
    for (const { verdict, reason, host } of records) {
      if (verdict === "allowed" || /^(?:address_|proxy_loop|sni_|not_tls)/.test(String(reason)))
        names.add(String(host));
    }
  }
  const isExplained = (name: string) => [...names].some((known) => name === known || name.startsWith(`${known}.`));
  return queries.filter(({ name }) => !isExplained(name)).map(({ name }) => `no verdict allowed a query for ${name}`);
}
