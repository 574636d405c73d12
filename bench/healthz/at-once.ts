/** 200 requests at once during a check that hangs: how long each waits for its answer, and what all of them cost. */
import { type AddressInfo, connect, createServer } from "node:net";
import type { BenchCase, Contest } from "../case.ts";
import { cpuMs, type Server, startHealthz } from "./servers.ts";

const tool = "healthz";

const REQUESTS = 200;
const BOUND_MS = 50;

/** Nothing but a socket each: a whole HTTP client would take longer than what it measures. */
function burst({ url }: Server): Promise<number[]> {
  const port = Number(new URL(url).port);
  const started = performance.now();
  const one = () =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      socket.once("data", () => resolve(performance.now() - started));
      socket.once("error", reject);
    });
  return Promise.all(Array.from({ length: REQUESTS }, one));
}

/** A healthz whose only check hangs. */
async function startHanging(directory: string): Promise<Server> {
  const silent = createServer((socket) => socket.on("error", () => socket.destroy()));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const hanging = { http: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, timeout: "1h" };
  const server = await startHealthz(directory, { checks: { hanging } });
  const stop = async () => {
    await server.stop();
    silent.close();
  };
  return { ...server, stop };
}

const WARM_UP = 5;

async function warm(directory: string, measure: (server: Server) => Promise<number>): Promise<Contest> {
  const server = await startHanging(directory);
  for (let round = 0; round < WARM_UP; round += 1) await burst(server);
  return { ours: () => measure(server), peer: async () => BOUND_MS, close: () => server.stop() };
}

/** The answer that only this share of them waited longer than. */
async function waited(server: Server, share: number): Promise<number> {
  const times = (await burst(server)).sort((a, b) => a - b);
  return times[Math.ceil(times.length * share) - 1]!;
}

async function cpuOfBurst(server: Server): Promise<number> {
  const before = cpuMs(server.pid);
  await burst(server);
  return cpuMs(server.pid) - before;
}

async function fresh(directory: string): Promise<Contest> {
  return {
    async ours() {
      const server = await startHanging(directory);
      const slowest = await waited(server, 1);
      await server.stop();
      return slowest;
    },
    peer: async () => BOUND_MS,
  };
}

const NAME = `${REQUESTS} requests at once while a check hangs`;
const compared = { tool, peer: `${BOUND_MS} ms`, target: 1 } as const;

export const atOnce: BenchCase[] = [
  ...Object.entries({ median: 0.5, p99: 0.99, slowest: 1 }).map(
    ([which, share]): BenchCase => ({
      ...compared,
      name: `${NAME}: ${which} answer`,
      unit: "ms",
      prepare: (directory) => warm(directory, (server) => waited(server, share)),
    }),
  ),
  { ...compared, name: `${NAME}: slowest answer of a fresh process`, unit: "ms", prepare: fresh },
  { ...compared, name: `${NAME}: all of them`, unit: "ms CPU", prepare: (directory) => warm(directory, cpuOfBurst) },
];
