/** Programs that serve metrics while they are measured. */
import { spawn } from "node:child_process";
import http from "node:http";
import { join } from "node:path";
import { eventually } from "../../test/harness/eventually.ts";
import { freePort } from "../../test/harness/ports.ts";
import { cpuSoFar } from "../measure.ts";
import type { Program } from "../start-up/programs.ts";

const entry = join(import.meta.dirname, "../../packages/metrics-exporter/bin/metrics-exporter.js");

/** The exporter's command line. */
export const exporter = (...args: string[]): string[] => [process.execPath, entry, ...args];

/** A program that answers at `url`. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  close(): void;
}

/** Starts a program on a free port and waits until it answers. */
export async function start(command: (port: number) => string[] | Program): Promise<Running> {
  const port = await freePort();
  const program = command(port);
  const { argv, env } = Array.isArray(program) ? { argv: program, env: {} } : program;
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { stdio: "ignore", env: { PATH: process.env.PATH, ...env } });
  const url = `http://127.0.0.1:${port}/metrics`;
  const running = { pid: child.pid ?? 0, port, url, close: () => void child.kill("SIGKILL") };
  try {
    await eventually(() => fetchText(url), { ms: 30_000 });
  } catch (error) {
    running.close();
    throw error;
  }
  return running;
}

const agent = new http.Agent({ keepAlive: true });

/** The body of an answer, which must be 200; compressed bodies are counted, not read. */
export function fetchText(url: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { accept: "text/plain", ...headers } }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} answers ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
}

const scrapes = 30;

/** Milliseconds of CPU for one scrape. */
export async function scrapeCpu({ pid, url }: Running, headers: Record<string, string> = {}): Promise<number> {
  const before = cpuSoFar(pid);
  for (let count = 0; count < scrapes; count++) await fetchText(url, headers);
  return (cpuSoFar(pid) - before) / scrapes;
}

/** Waits until a scrape has what is wanted. */
export function until(url: string, isComplete: (text: string) => boolean): Promise<void> {
  return eventually(
    async () => {
      if (!isComplete(await fetchText(url))) throw new Error(`${url} is not complete`);
    },
    { ms: 60_000, every: 50 },
  );
}

/** The value of a series in an exposition. */
export function sample(text: string, series: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
