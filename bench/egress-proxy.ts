/** egress-proxy against Squid and bare httpxy, and against itself where a feature must not cost much. */
import { type BenchCase, type Contest, unlessInstalled } from "./case.ts";
import { bounds, manyRules } from "./egress-proxy/bounds.ts";
import { load, type Origin, openTunnels, startOrigin, throughTunnel } from "./egress-proxy/load.ts";
import { type Started, startHttpxy, startOurs, startSquid } from "./egress-proxy/proxies.ts";
import { anonymousKb, cpuSoFar } from "./measure.ts";

const tool = "egress-proxy";
const REQUESTS = 20_000;
const TUNNELS = 4000;
const MEBIBYTES = 256;
const CONNECTIONS = 32;
/** V8 compiles during the first measurements, in a thread whose CPU counts; a proxy runs for weeks. */
const WARM_UPS = 5;

type Measure = (proxy: Started, origin: Origin) => Promise<number>;

/** Two proxies in front of one origin, both warmed up by so many measurements. */
async function contest(
  measure: Measure,
  ours: (origin: Origin) => Promise<Started>,
  peer: (origin: Origin) => Promise<Started>,
  warmUps = WARM_UPS,
): Promise<Contest> {
  const origin = await startOrigin();
  const proxies = [await ours(origin), await peer(origin)] as const;
  for (const proxy of proxies) for (let count = 0; count < warmUps; count++) await measure(proxy, origin);
  return {
    ours: () => measure(proxies[0], origin),
    peer: () => measure(proxies[1], origin),
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      origin.close();
    },
  };
}

/** CPU microseconds of the proxy for each unit of work. */
async function cpuPer(units: number, { pid }: Started, work: Promise<void>): Promise<number> {
  const before = cpuSoFar(pid);
  await work;
  return ((cpuSoFar(pid) - before) * 1000) / units;
}

const absolute = (path: string) => (origin: Origin) =>
  `GET http://127.0.0.1:${origin.port}${path} HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;
const originForm = () => "GET / HTTP/1.1\r\nHost: origin\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

const requests =
  (request: (origin: Origin) => string = absolute("/")): Measure =>
  (proxy, origin) => {
    const work = load(proxy.port, request(origin), { requests: REQUESTS, connections: CONNECTIONS });
    return cpuPer(REQUESTS, proxy, work);
  };

const tunnels: Measure = (proxy, origin) =>
  cpuPer(TUNNELS, proxy, openTunnels(proxy.port, `127.0.0.1:${origin.port}`, { requests: TUNNELS, connections: 8 }));

const bytes: Measure = (proxy, origin) =>
  cpuPer(MEBIBYTES * 2, proxy, throughTunnel(proxy.port, `127.0.0.1:${origin.port}`, MEBIBYTES));

const policy = ({ port }: Origin) => ({ allow: [`127.0.0.1:${port}`, "*.example.com"], audit: "off" });

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
        requests(),
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
  againstSquid("plain GET of 1 KiB, 32 connections", 1.4, requests()),
  againstSmokescreen("plain GET of 1 KiB, 32 connections", 0.45, requests(), RECORDED.get),
  {
    tool,
    name: "plain GET of 1 KiB, 32 connections",
    unit: "µs CPU",
    peer: "bare httpxy",
    target: 1.1,
    prepare: (directory) => {
      const request = new Map<number, (origin: Origin) => string>();
      return contest(
        (proxy, origin) => requests(request.get(proxy.pid))(proxy, origin),
        (origin) => startOurs(directory, policy(origin)),
        async (origin) => {
          const proxy = await startHttpxy(directory, origin.port);
          request.set(proxy.pid, originForm);
          return proxy;
        },
      );
    },
  },
  againstSquid("CONNECT set-up and end", 1.5, tunnels),
  againstSmokescreen("CONNECT set-up and end", 0.8, tunnels, RECORDED.connect),
  againstSquid("one MiB through a tunnel", 1.4, bytes),
  variant("10,000 rules", 1.05, manyRules),
  variant("audit: all", 1.25, (origin) => ({ ...policy(origin), audit: "all" })),
  {
    tool,
    name: "private memory after 20,000 requests",
    unit: "MiB",
    peer: "bare httpxy",
    target: 1.2,
    rounds: 1,
    prepare: (directory) => {
      const request = new Map<number, (origin: Origin) => string>();
      return contest(
        async (proxy, origin) => {
          await requests(request.get(proxy.pid))(proxy, origin);
          return anonymousKb(proxy.pid) / 1024;
        },
        (origin) => startOurs(directory, policy(origin)),
        async (origin) => {
          const proxy = await startHttpxy(directory, origin.port);
          request.set(proxy.pid, originForm);
          return proxy;
        },
        0,
      );
    },
  },
  ...bounds,
];
