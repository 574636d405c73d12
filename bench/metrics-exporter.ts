/** metrics-exporter against mtail: a backlog of lines, and scrapes. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { type BenchCase, type Contest, unlessInstalled } from "./case.ts";
import { cpuOf, cpuSoFar } from "./measure.ts";
import {
  access,
  type Fixture,
  manySeries,
  type Task,
  template,
  twenty,
  writeFixture,
} from "./metrics-exporter/fixtures.ts";

const tool = "metrics-exporter";
const LINES = 500_000;
const SCRAPES = 30;

const entry = join(import.meta.dirname, "../packages/metrics-exporter/bin/metrics-exporter.js");
const ours = ({ config }: Fixture, log: string) => [process.execPath, entry, "--config", config, "--once", log];
const mtail = ({ program }: Fixture, log: string) => [
  "mtail",
  "--one_shot",
  "--port",
  "0",
  "--progs",
  program,
  "--logs",
  log,
];

/** CPU of reading the whole log, less that of the same run on an empty file. */
async function backlog(command: (log: string) => string[], { log, empty }: Fixture): Promise<number> {
  const whole = await cpuOf(command(log));
  const start = await cpuOf(command(empty));
  for (const { code } of [whole, start])
    if (code !== 0) throw new Error(`${command(log).join(" ")} ended with ${code}`);
  return whole.cpuMs - start.cpuMs;
}

function backlogCase(name: string, task: Task, target: number): BenchCase {
  return {
    tool,
    name: `backlog of ${LINES / 1000}k lines, ${name}`,
    unit: "ms CPU",
    peer: "mtail",
    target,
    missing: unlessInstalled("mtail"),
    async prepare(directory): Promise<Contest> {
      const fixture = writeFixture(directory, task, LINES);
      return {
        ours: () => backlog((log) => ours(fixture, log), fixture),
        peer: () => backlog((log) => mtail(fixture, log), fixture),
      };
    },
  };
}

/** A running program with everything of the log counted. */
interface Scraped {
  child: ChildProcess;
  url: string;
}

const scrapeCase: BenchCase = {
  tool,
  name: "scrape of 10k labelled counters",
  unit: "ms CPU",
  peer: "mtail",
  target: 0.15,
  missing: unlessInstalled("mtail"),
  async prepare(directory): Promise<Contest> {
    const fixture = writeFixture(directory, manySeries, 0);
    const [port, peerPort] = [await freePort(), await freePort()];
    const first = begin(
      [process.execPath, entry, "--config", fixture.config, "--port", String(port), fixture.log],
      port,
    );
    const second = begin(
      ["mtail", "--port", String(peerPort), "--progs", fixture.program, "--logs", fixture.log],
      peerPort,
    );
    const close = () => {
      for (const { child } of [first, second]) child.kill("SIGKILL");
    };
    try {
      for (const { url } of [first, second]) await patiently(() => fetchText(url));
      // mtail counts only what is written while it watches.
      appendFileSync(fixture.log, Array.from({ length: 20_000 }, (_, index) => `${manySeries.line(index)}\n`).join(""));
      for (const { url } of [first, second]) await untilComplete(url);
    } catch (error) {
      close();
      throw error;
    }
    return { ours: () => scrapes(first), peer: () => scrapes(second), close };
  },
};

async function scrapes({ child, url }: Scraped): Promise<number> {
  const before = cpuSoFar(child.pid ?? 0);
  for (let count = 0; count < SCRAPES; count++) await fetchText(url);
  return (cpuSoFar(child.pid ?? 0) - before) / SCRAPES;
}

function begin([file = "", ...args]: string[], port: number): Scraped {
  return { child: spawn(file, args, { stdio: "ignore" }), url: `http://127.0.0.1:${port}/metrics` };
}

async function untilComplete(url: string): Promise<void> {
  await patiently(async () => {
    const series = (await fetchText(url)).split("\n").filter((line) => line.startsWith("hits")).length;
    if (series < 10_000) throw new Error(`${url} has ${series} of 10000 series`);
  });
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const agent = new http.Agent({ keepAlive: true });

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { accept: "text/plain" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export const cases: BenchCase[] = [
  scrapeCase,
  backlogCase("one template rule", template, 0.2),
  backlogCase("access log, requests and bytes", access, 0.25),
  backlogCase("20 literal rules", twenty, 0.2),
];
