/** The programs that the benchmarks of healthz start: ours as in its image, and an express hello treated the same way. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { environment, nodeFlags } from "../../scripts/images/catalogue.ts";
import { freePort } from "../../test/harness/ports.ts";

const root = path.resolve(import.meta.dirname, "../..");

let bundled: Promise<string> | undefined;

/** The bundle of the image, made once. */
export function healthzBundle(): Promise<string> {
  bundled ??= (async () => {
    await promisify(execFile)(process.execPath, ["scripts/build.ts", "healthz"], { cwd: root });
    return path.join(root, "dist/healthz/healthz.cjs");
  })();
  return bundled;
}

/** A minimal express hello, bundled the way the images are. */
export async function expressHello(directory: string): Promise<string> {
  const outfile = path.join(directory, "express-hello.cjs");
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import express from "express";
        const app = express();
        app.get("/", (request, response) => response.json({ status: "OK" }));
        app.listen(Number(process.argv[2]));
        process.on("SIGTERM", () => process.exit());`,
      resolveDir: path.join(root, "packages/healthz"),
    },
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    mainFields: ["module", "main"],
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
  });
  return outfile;
}

/** The flags of the images, for every Node that is measured. */
export const flags: readonly string[] = nodeFlags;

/** A server under measurement. */
export interface Server {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

/** Starts `command` with its port as the last argument, or where `PORT` stands, and waits for the first answer. */
export async function startServer(command: readonly string[], cache?: string): Promise<Server> {
  const port = await freePort();
  const [program = "", ...args] = command.map((argument) => argument.replaceAll("PORT", String(port)));
  const { NODE_ENV, MALLOC_ARENA_MAX } = environment;
  const child = spawn(program, args, {
    stdio: "ignore",
    env: {
      ...process.env,
      NODE_ENV,
      MALLOC_ARENA_MAX,
      ...(cache && { NODE_COMPILE_CACHE: cache }),
    },
  });
  const url = `http://127.0.0.1:${port}/`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${command.join(" ")} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { pid: child.pid!, url, stop: () => stop(child) };
}

/** Starts healthz with this section as its configuration; `reconfigure` puts another one in its place. */
export async function startHealthz(
  directory: string,
  health: object,
): Promise<Server & { reconfigure(next: object): void }> {
  const file = path.join(directory, `healthz-${Math.random()}.json`);
  const write = (section: object) => writeFileSync(file, JSON.stringify({ health: section }));
  write(health);
  const bundle = await healthzBundle();
  const server = await startServer([process.execPath, ...flags, bundle, "--config", file, "--port", "PORT"]);
  const reconfigure = (next: object) => {
    write(next);
    process.kill(server.pid, "SIGHUP");
  };
  return { ...server, reconfigure };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .get(url, { agent: false }, (response) => response.resume().on("end", () => resolve(true)))
      .on("error", () => resolve(false));
  });
}

/** Sends requests, each on a connection of its own, and resolves with how long each took in milliseconds. */
export async function load(
  url: string,
  { requests, clients }: { requests: number; clients: number },
): Promise<number[]> {
  const times: number[] = [];
  let left = requests;
  const client = async () => {
    while (left-- > 0) {
      const started = performance.now();
      if (!(await answers(url))) throw new Error(`${url} did not answer`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

/** CPU time of a running process so far in milliseconds, to the nanosecond (schedstat), of the threads that still live. */
export function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}
