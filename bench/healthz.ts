/** healthz against a minimal express hello, blackbox_exporter and `node -e 0`. */

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BenchCase, unlessInstalled } from "./case.ts";
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

async function loadedMiB({ url, pid }: Server): Promise<number> {
  await load(url, { requests: 10_000, clients: 8 });
  return anonymousKb(pid) / 1024;
}

const ourCommand = async () => [process.execPath, ...flags, await healthzBundle(), "--port", "PORT"];
const helloCommand = async (directory: string) => [process.execPath, ...flags, await expressHello(directory), "PORT"];

/** CPU of one check of ours and of one probe of blackbox_exporter, in microseconds, against the same target. */
async function perCheck(directory: string) {
  const target = createServer((_request, response) => response.end("fine"));
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
  const checks = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`c${index}`, { http: url, interval: "1s" }]),
  );
  const ours = await startHealthz(directory, { checks });
  const modules = path.join(directory, "blackbox.yml");
  writeFileSync(modules, "modules: { http_2xx: { prober: http } }\n");
  const theirs = await startServer([
    "prometheus-blackbox-exporter",
    `--config.file=${modules}`,
    "--web.listen-address=127.0.0.1:PORT",
    "--log.level=error",
  ]);
  await delay(3000);
  return {
    async ours() {
      const before = cpuMs(ours.pid);
      await delay(5000);
      return ((cpuMs(ours.pid) - before) * 1000) / (5 * 200);
    },
    async peer() {
      const before = cpuMs(theirs.pid);
      await load(`${theirs.url}probe?module=http_2xx&target=${encodeURIComponent(url)}`, {
        requests: 1000,
        clients: 1,
      });
      return cpuMs(theirs.pid) - before;
    },
    async close() {
      await Promise.all([ours.stop(), theirs.stop()]);
      target.close();
    },
  };
}

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
  {
    tool,
    name: "CPU of one HTTP check, 200 of them each second",
    unit: "µs CPU",
    peer: "blackbox_exporter",
    target: 0.8,
    missing: unlessInstalled("prometheus-blackbox-exporter"),
    prepare: perCheck,
  },
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
    name: "private memory after each further 10,000 requests",
    unit: "MiB",
    peer,
    prepare: (directory) => contest(directory, loadedMiB, 60),
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
