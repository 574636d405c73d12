/** `config-merge --watch` while nothing changes: its CPU and memory against what the design page allows. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import type { BenchCase } from "../case.ts";
import { peakRssKb, threadCpuMs } from "../measure.ts";
import { shippedTool } from "../start-up/programs.ts";

const tool = "config-merge";

/** One more pass follows the first, whose output is a change of the directory, and V8 collects garbage some ten seconds later. */
const settledMs = 25_000;

/** Long enough for a thousandth of a core to be ten milliseconds. */
const idleMs = 10_000;

/** What `figure` says about a watching process that has come to rest. */
async function whileIdle(directory: string, figure: (pid: number) => number | Promise<number>): Promise<number> {
  const port = await freePort();
  writeFileSync(path.join(directory, "in.json"), '{ "Application": { "Environment": "DEV" } }\n');
  const args = ["./in.json", "Application.Environment=TEST", "-o", "out.json", "--watch", "--admin", String(port)];
  const { argv, env } = shippedTool(tool, args, directory);
  const [file = "", ...rest] = argv;
  const child = spawn(file, rest, { cwd: directory, env: { PATH: process.env.PATH, ...env }, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const pid = child.pid ?? 0;
  try {
    await eventually(async () => {
      if ((await get(`http://127.0.0.1:${port}/readyz`)).status !== 200) throw new Error("not ready");
    });
    await delay(settledMs);
    return await figure(pid);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function cpuOfIdling(pid: number): Promise<number> {
  const before = threadCpuMs(pid);
  await delay(idleMs);
  return threadCpuMs(pid) - before;
}

export const watching: BenchCase[] = [
  {
    tool,
    name: "watching, 10 s without a change",
    unit: "ms CPU",
    peer: "0.1 % of a core",
    target: 1,
    rounds: 2,
    prepare: async (directory) => ({
      ours: () => whileIdle(directory, cpuOfIdling),
      peer: async () => idleMs / 1000,
    }),
  },
  {
    tool,
    name: "watching, peak memory",
    unit: "MiB",
    peer: "60 MB",
    target: 1,
    rounds: 2,
    prepare: async (directory) => ({
      ours: () => whileIdle(directory, (pid) => peakRssKb(pid) / 1024),
      peer: async () => 60e6 / 2 ** 20,
    }),
  },
];
