/** egress-proxy against Squid and bare httpxy, and against itself where a feature must not cost much. */
import { type BenchCase, type Contest, unlessInstalled } from "./case.ts";
import { bounds } from "./egress-proxy/bounds.ts";
import { footprint } from "./egress-proxy/footprint.ts";
import { getMany, type Origin, openTunnels, startOrigin, throughTunnel } from "./egress-proxy/load.ts";
import { manyRules, policy } from "./egress-proxy/policies.ts";
import { type Started, startHttpxy, startOurs, startSquid } from "./egress-proxy/proxies.ts";
import { threadCpuMs } from "./measure.ts";

const tool = "egress-proxy";
const REQUESTS = 10_000;
const TUNNELS = 2000;
const MEBIBYTES = 128;
/** V8 compiles during the first measurements, in a thread whose CPU counts; a proxy runs for weeks. */
const WARM_UPS = 6;
const PROCESSES = 3;

type Measure = (proxy: Started, origin: Origin) => Promise<number>;

/**
 * Two kinds of proxy in front of one origin, warmed up. Of each there are some: what V8 optimises, and how requests come
 * together in one turn, stays as it is for the life of a process and changes its figure by a tenth.
 */
async function contest(
  measure: Measure,
  ours: (origin: Origin) => Promise<Started>,
  peer: (origin: Origin) => Promise<Started>,
): Promise<Contest> {
  const origin = await startOrigin();
  const mean = async (proxies: readonly Started[]) => {
    let sum = 0;
    for (const proxy of proxies) sum += await measure(proxy, origin);
    return sum / proxies.length;
  };
  const all: Started[] = [];
  const others: Started[] = [];
  for (let count = 0; count < PROCESSES; count++) {
    all.push(await ours(origin));
    others.push(await peer(origin));
  }
  for (let count = 0; count < WARM_UPS; count++) for (const proxies of [all, others]) await mean(proxies);
  return {
    ours: () => mean(all),
    peer: () => mean(others),
    close: async () => {
      await Promise.all([...all, ...others].map((proxy) => proxy.stop()));
      origin.close();
    },
  };
}

/** CPU microseconds of the proxy for each unit of work. */
async function cpuPer(units: number, { pid }: Started, work: Promise<void>): Promise<number> {
  const before = threadCpuMs(pid);
  await work;
  return ((threadCpuMs(pid) - before) * 1000) / units;
}

const requests: Measure = (proxy, origin) => cpuPer(REQUESTS, proxy, getMany(proxy, origin, REQUESTS));

const tunnels: Measure = (proxy, origin) =>
  cpuPer(TUNNELS, proxy, openTunnels(proxy.port, `127.0.0.1:${origin.port}`, { requests: TUNNELS, connections: 8 }));

const bytes: Measure = (proxy, origin) =>
  cpuPer(MEBIBYTES * 2, proxy, throughTunnel(proxy.port, `127.0.0.1:${origin.port}`, MEBIBYTES));

/** Ours against ours, with one thing changed. */
function variant(name: string, target: number, changed: (origin: Origin) => object): BenchCase {
  return {
    tool,
    name,
    unit: "µs CPU",
    peer: "2 rules, audit off",
    target,
    prepare: (directory) =>
      contest(
        requests,
        (origin) => startOurs(directory, changed(origin)),
        (origin) => startOurs(directory, policy(origin)),
      ),
  };
}

function againstSquid(name: string, target: number, measure: Measure): BenchCase {
  return {
    tool,
    name,
    unit: "µs CPU",
    peer: "Squid",
    target,
    missing: unlessInstalled("squid"),
    prepare: (directory) =>
      contest(
        measure,
        (origin) => startOurs(directory, policy(origin)),
        (origin) => startSquid(directory, origin.port),
      ),
  };
}

/**
 * Microseconds of CPU that the design page recorded for smokescreen, which is in no Debian, and for Squid beside it: the
 * peer's figure is Squid's of this run, times their ratio.
 */
const RECORDED = { get: { smokescreen: 201, squid: 46 }, connect: { smokescreen: 340, squid: 132 } };

function againstSmokescreen(
  name: string,
  target: number,
  measure: Measure,
  { smokescreen, squid }: (typeof RECORDED)[keyof typeof RECORDED],
): BenchCase {
  const row = againstSquid(name, target, measure);
  return {
    ...row,
    peer: `smokescreen (Squid × ${smokescreen} / ${squid}, recorded)`,
    prepare: async (directory) => {
      const { peer, ...others } = await row.prepare(directory);
      return { ...others, peer: async () => ((await peer()) * smokescreen) / squid };
    },
  };
}

export const cases: BenchCase[] = [
  againstSquid("plain GET of 1 KiB, 32 connections", 1.4, requests),
  againstSmokescreen("plain GET of 1 KiB, 32 connections", 0.45, requests, RECORDED.get),
  {
    tool,
    name: "plain GET of 1 KiB, 32 connections",
    unit: "µs CPU",
    peer: "bare httpxy",
    target: 1.1,
    prepare: (directory) =>
      contest(
        requests,
        (origin) => startOurs(directory, policy(origin)),
        (origin) => startHttpxy(directory, origin.port),
      ),
  },
  againstSquid("CONNECT set-up and end", 1.5, tunnels),
  againstSmokescreen("CONNECT set-up and end", 0.8, tunnels, RECORDED.connect),
  againstSquid("one MiB through a tunnel", 1.4, bytes),
  variant("10,000 rules", 1.05, manyRules),
  variant("audit: all", 1.25, (origin) => ({ ...policy(origin), audit: "all" })),
  ...footprint,
  ...bounds,
];
