/** What the proxy takes of a node beside CPU: memory, and time until it is ready. */
import type { BenchCase, Contest } from "../case.ts";
import { anonymousKb, residentKb } from "../measure.ts";
import { getMany, type Origin, startOrigin } from "./load.ts";
import { policy } from "./policies.ts";
import { type Started, startBareServer, startHttpxy, startOurs } from "./proxies.ts";

const tool = "egress-proxy";
const REQUESTS = 20_000;

type Start = (directory: string, origin: Origin) => Promise<Started>;

const ours: Start = (directory, origin) => startOurs(directory, policy(origin));
const httpxy: Start = (directory, origin) => startHttpxy(directory, origin.port);

type Row = Omit<BenchCase, "tool" | "prepare">;

/** A figure of processes that are started for each measurement. */
function fresh(row: Row, peer: Start, figure: (proxy: Started, origin: Origin, isOurs: boolean) => Promise<number>) {
  return {
    tool,
    ...row,
    prepare: async (directory: string): Promise<Contest> => {
      const origin = await startOrigin();
      const measure = async (start: Start) => {
        const proxy = await start(directory, origin);
        const value = await figure(proxy, origin, start === ours);
        await proxy.stop();
        return value;
      };
      await measure(ours); // builds the bundle
      return { ours: () => measure(ours), peer: () => measure(peer), close: () => origin.close() };
    },
  };
}

/** MiB after so many requests. */
const after =
  (requests: number, memoryKb: (pid: number) => number) =>
  async (proxy: Started, origin: Origin): Promise<number> => {
    if (requests > 0) await getMany(proxy, origin, requests);
    return memoryKb(proxy.pid) / 1024;
  };

export const footprint: BenchCase[] = [
  fresh({ name: "resident memory, idle", unit: "MiB", peer: "bare httpxy", target: 1.1 }, httpxy, after(0, residentKb)),
  fresh(
    { name: "resident memory after 20,000 requests", unit: "MiB", peer: "bare httpxy", target: 1.2 },
    httpxy,
    after(REQUESTS, residentKb),
  ),
  fresh(
    { name: "private memory after 20,000 requests", unit: "MiB", peer: "bare httpxy", target: 1.2 },
    httpxy,
    after(REQUESTS, anonymousKb),
  ),
  fresh(
    { name: "ready after start", unit: "ms", peer: "1.5 × a bare Node server + 150 ms", target: 1 },
    startBareServer,
    async ({ readyMs }, _origin, isOurs) => (isOurs ? readyMs : readyMs * 1.5 + 150),
  ),
];
