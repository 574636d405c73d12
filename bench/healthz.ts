/** healthz against a minimal express hello, blackbox_exporter and `node -e 0`. */

import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchCase } from "./case.ts";
import { atOnce } from "./healthz/at-once.ts";
import { checkCosts } from "./healthz/check-cost.ts";
import { ends } from "./healthz/end.ts";
import {
  cpuMs,
  expressHello,
  flags,
  healthzBundle,
  load,
  type Server,
  startHealthz,
  startServer,
} from "./healthz/servers.ts";
import { anonymousKb, cpuOf } from "./measure.ts";

const tool = "healthz";
const peer = "express 5 hello";

/** Ours without checks and express hello, both warmed up. */
async function bothServers(directory: string): Promise<{ ours: Server; theirs: Server; close(): Promise<void> }> {
  const ours = await startHealthz(directory, {});
  const theirs = await startServer([process.execPath, ...flags, await expressHello(directory), "PORT"]);
  const close = async () => {
    await Promise.all([ours.stop(), theirs.stop()]);
  };
  return { ours, theirs, close };
}

async function contest(directory: string, measure: (server: Server) => Promise<number>, warmUp: number) {
  const { ours, theirs, close } = await bothServers(directory);
  for (const { url } of [ours, theirs]) await load(url, { requests: warmUp, clients: 1 });
  return { ours: () => measure(ours), peer: () => measure(theirs), close };
}

const REQUESTS = 2000;

async function cpuPerRequest({ pid, url }: Server): Promise<number> {
  const before = cpuMs(pid);
  await load(url, { requests: REQUESTS, clients: 1 });
  return ((cpuMs(pid) - before) * 1000) / REQUESTS;
}

async function p99({ url }: Server): Promise<number> {
  const times = await load(url, { requests: REQUESTS, clients: 8 });
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}

async function cpuToFirstAnswer(command: readonly string[]): Promise<number> {
  const server = await startServer(command);
  const used = cpuMs(server.pid);
  await server.stop();
  return used;
}

const IDLE_MS = 1500;

/** Private memory after a few requests and a rest. */
async function idleMiB(command: readonly string[]): Promise<number> {
  const server = await startServer(command);
  await load(server.url, { requests: 60, clients: 1 });
  await delay(IDLE_MS);
  const kib = anonymousKb(server.pid);
  await server.stop();
  return kib / 1024;
}

const MANY = 10_000;

/** Private memory in MiB of a fresh process after many requests, and after as many again. */
async function loadedMiB(): Promise<{ first: number; second: number }> {
  const server = await startServer(await ourCommand());
  const afterMany = async () => {
    await load(server.url, { requests: MANY, clients: 8 });
    return anonymousKb(server.pid) / 1024;
  };
  const memory = { first: await afterMany(), second: await afterMany() };
  await server.stop();
  return memory;
}

const ourCommand = async () => [process.execPath, ...flags, await healthzBundle(), "--port", "PORT"];
const helloCommand = async (directory: string) => [process.execPath, ...flags, await expressHello(directory), "PORT"];

export const cases: BenchCase[] = [
  {
    tool,
    name: "CPU per request, a new connection each",
    unit: "µs CPU",
    peer,
    target: 1,
    rounds: 7,
    prepare: (directory) => contest(directory, cpuPerRequest, 3000),
  },
  {
    tool,
    name: "p99 of an answer under 8 clients",
    unit: "ms",
    peer,
    target: 1.2,
    prepare: (directory) => contest(directory, p99, 3000),
  },
  ...atOnce,
  ...checkCosts,
  ...ends,
  {
    tool,
    name: "private memory, idle",
    unit: "MiB",
    peer,
    target: 1,
    prepare: async (directory) => {
      const [ours, theirs] = [await ourCommand(), await helloCommand(directory)];
      return { ours: () => idleMiB(ours), peer: () => idleMiB(theirs) };
    },
  },
  {
    tool,
    name: "private memory after 10,000 requests",
    unit: "MiB",
    peer: "32 MB",
    target: 1,
    rounds: 3,
    prepare: async () => ({ ours: async () => (await loadedMiB()).first, peer: async () => 32e6 / 2 ** 20 }),
  },
  {
    tool,
    name: "growth by the next 10,000 requests",
    unit: "MiB",
    peer: "4 MB",
    target: 1,
    rounds: 3,
    prepare: async () => ({
      ours: () => loadedMiB().then(({ first, second }) => Math.max(0, second - first)),
      peer: async () => 4e6 / 2 ** 20,
    }),
  },
  {
    tool,
    name: "CPU to the first answer",
    unit: "ms CPU",
    peer,
    target: 1.1,
    rounds: 9,
    prepare: async (directory) => {
      const [ours, theirs] = [await ourCommand(), await helloCommand(directory)];
      return { ours: () => cpuToFirstAnswer(ours), peer: () => cpuToFirstAnswer(theirs) };
    },
  },
  {
    tool,
    name: "`healthz probe`",
    unit: "ms CPU",
    peer: "`node -e 0`",
    target: 1.6,
    rounds: 9,
    prepare: async (directory) => {
      const server = await startHealthz(directory, {});
      // As HEALTHCHECK runs it in the images: a bundle of its own, with a compile cache.
      const probe = path.join(path.dirname(await healthzBundle()), "probe.cjs");
      const env = { ...process.env, NODE_COMPILE_CACHE: path.join(directory, "cache") };
      const cpu = async (...args: string[]) => (await cpuOf([process.execPath, ...flags, ...args], { env })).cpuMs;
      await cpu(probe, server.url);
      return { ours: () => cpu(probe, server.url), peer: () => cpu("-e", "0"), close: () => server.stop() };
    },
  },
];
