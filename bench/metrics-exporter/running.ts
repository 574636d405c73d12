/** A log that grows while it is read, one that explodes, and no log at all. */
import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/harness/ports.ts";
import { type BenchCase, unlessInstalled } from "../case.ts";
import { cpuOf, median, peakRssKb, threadCpuMs } from "../measure.ts";
import { launch } from "../start-up/launch.ts";
import { shippedTool } from "../start-up/programs.ts";
import { manySeries, template, writeFixture } from "./fixtures.ts";
import { againstLimit } from "./limit.ts";
import { exporter, fetchText, type Running, start, until } from "./programs.ts";

const tool = "metrics-exporter";

/** Ours and mtail with the same task on the same log. */
async function both(directory: string, task: typeof template): Promise<{ ours: Running; peer: Running; log: string }> {
  const { config, log, program } = writeFixture(directory, task, 0);
  const ours = await start((port) => exporter("--config", config, "--port", String(port), log));
  const peer = await start((port) => ["mtail", "--port", String(port), "--progs", program, "--logs", log]);
  return { ours, peer, log };
}

const latency: BenchCase = {
  tool,
  name: "line to metric, median of 15",
  unit: "ms",
  peer: "mtail",
  target: 0.25,
  rounds: 3,
  missing: unlessInstalled("mtail"),
  async prepare(directory) {
    const { ours, peer, log } = await both(directory, {
      rules: { now: "now {value}" },
      program: "gauge now\n/now (?P<value>\\d+)/ {\n  now = $value\n}\n",
      line: String,
    });
    let written = 0;
    const one = async ({ url }: Running) => {
      const wanted = ++written;
      const began = performance.now();
      appendFileSync(log, `now ${wanted}\n`);
      while (!(await fetchText(url)).match(new RegExp(`^now(?:\\{.*\\})? ${wanted}$`, "m"))) await delay(2);
      return performance.now() - began;
    };
    const measure = async (program: Running) => {
      const times: number[] = [];
      for (let line = 0; line < 15; line++) {
        times.push(await one(program));
        // Not in step with the peer's polling.
        await delay(20 * line);
      }
      return median(times);
    };
    const close = () => {
      ours.close();
      peer.close();
    };
    return { ours: () => measure(ours), peer: () => measure(peer), close };
  },
};

const memory: BenchCase = {
  tool,
  name: "highest resident memory, idle",
  unit: "MiB",
  peer: "mtail",
  target: 4,
  rounds: 1,
  missing: unlessInstalled("mtail"),
  async prepare(directory) {
    const { config, program, log } = writeFixture(directory, template, 0);
    const ours = await start((port) => shippedTool(tool, ["--config", config, "--port", String(port), log], directory));
    const peer = await start((port) => ["mtail", "--port", String(port), "--progs", program, "--logs", log]);
    const measure = async ({ pid }: Running) => {
      await delay(2000);
      return peakRssKb(pid) / 1024;
    };
    const close = () => {
      ours.close();
      peer.close();
    };
    return { ours: () => measure(ours), peer: () => measure(peer), close };
  },
};

const seconds = 10;
const idle = againstLimit({
  tool,
  name: `${seconds} s without anything to do`,
  unit: "ms CPU",
  // Half a percent of a core.
  limit: seconds * 5,
  async prepare(directory) {
    const { config, log } = writeFixture(directory, template, 100);
    const ours = await start((port) => exporter("--config", config, "--port", String(port), log));
    await delay(2000);
    const measure = async () => {
      const before = threadCpuMs(ours.pid);
      await delay(seconds * 1000);
      return threadCpuMs(ours.pid) - before;
    };
    return { measure, close: ours.close };
  },
});

const explosion = againstLimit({
  tool,
  name: "peak memory after 400k label values, totals exact",
  unit: "MiB",
  limit: 200e6 / 2 ** 20,
  async prepare(directory) {
    const log = join(directory, "app.log");
    const values = 400_000;
    const file = openSync(log, "w");
    for (let from = 0; from < values; from += 10_000)
      writeSync(file, Array.from({ length: 10_000 }, (_, index) => `user user-${from + index} came\n`).join(""));
    closeSync(file);
    const measure = async () => {
      const stdout = join(directory, "exposition");
      const { code, peakRssKb: peak } = await cpuOf(exporter("--once", log, "--rule", "users_total=user {user} came"), {
        stdout,
      });
      if (code !== 0) throw new Error(`it ended with ${code}`);
      exactly(stdout, values);
      return peak / 1024;
    };
    return { measure };
  },
});

function exactly(file: string, total: number): void {
  const series = [...readFileSync(file, "utf8").matchAll(/^users_total\{.*\} (\d+)$/gm)];
  const sum = series.reduce((so, [, value]) => so + Number(value), 0);
  if (sum !== total || series.length > 2001) throw new Error(`${series.length} series with ${sum} events of ${total}`);
}

const linesPerSecond = 20_000;
const busy = againstLimit({
  tool,
  name: "scrape while 20k lines/s arrive, 6k series, 95th percentile",
  unit: "ms",
  limit: 150,
  async prepare(directory) {
    const { config, log } = writeFixture(directory, manySeries, 0);
    const ours = await start((port) => exporter("--config", config, "--port", String(port), log));
    let written = 0;
    const write = (count: number) => {
      appendFileSync(log, Array.from({ length: count }, () => `${manySeries.line(written++ % 6000)}\n`).join(""));
    };
    write(6000);
    await until(ours.url, (text) => text.split("\nhits_total").length > 6000);
    const measure = async () => {
      const writer = setInterval(() => write(linesPerSecond / 50), 20);
      const times: number[] = [];
      for (let scrape = 0; scrape < 60; scrape++) {
        const began = performance.now();
        await fetchText(ours.url);
        times.push(performance.now() - began);
        await delay(50);
      }
      clearInterval(writer);
      return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
    };
    return { measure, close: ours.close };
  },
});

/** The shipped bundle, as its image starts it. */
const once = againstLimit({
  tool,
  name: "start, read an empty file with --once, end",
  unit: "ms CPU",
  limit: 150,
  async prepare(directory) {
    const { config, empty } = writeFixture(directory, template, 0);
    const { argv, env } = shippedTool(tool, ["--config", config, "--once", empty], directory);
    return { measure: async () => (await cpuOf(argv, { env: { PATH: process.env.PATH, ...env } })).cpuMs };
  },
});

const live = againstLimit({
  tool,
  name: "start to /-/livez",
  unit: "ms CPU",
  limit: 150,
  async prepare(directory) {
    const { config } = writeFixture(directory, template, 0);
    const port = await freePort();
    const shipped = shippedTool(tool, ["--config", config, "--port", String(port)], directory);
    return { measure: async () => (await launch(shipped, `http://127.0.0.1:${port}/-/livez`, [])).cpuMs };
  },
});

export const cases: BenchCase[] = [latency, memory, idle, explosion, busy, once, live];
