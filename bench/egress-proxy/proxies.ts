/** The proxies under measurement: ours as its image runs it, Squid, and httpxy with nothing around it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { environment, nodeFlags } from "../../scripts/images/catalogue.ts";
import { freePort } from "../../test/harness/ports.ts";
import { anonymousKb, threadCpuMs } from "../measure.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface Started {
  pid: number;
  port: number;
  /** How it wants its requests' targets (RFC 9112 section 3.2). */
  form: "absolute" | "origin";
  /** Milliseconds until the port accepted, those of the CPU, and private memory then. */
  readyMs: number;
  readyCpuMs: number;
  idleMiB: number;
  stop(): Promise<void>;
}

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  bundled ??= (async () => {
    await promisify(execFile)(process.execPath, [path.join(root, "scripts/build.ts"), "egress-proxy"]);
    return path.join(root, "dist/egress-proxy/egress-proxy.cjs");
  })();
  return bundled;
}

/** Ours, with this `egress` section. */
export async function startOurs(directory: string, egress: object): Promise<Started> {
  const port = await freePort();
  const file = path.join(directory, `egress-${port}.json`);
  writeFileSync(file, JSON.stringify({ egress: { listen: `127.0.0.1:${port}`, admin: { port: 0 }, ...egress } }));
  return start([process.execPath, ...nodeFlags, await bundle(), "--config", file], port);
}

/** Squid with one rule, no cache and no log. */
export async function startSquid(directory: string, originPort: number): Promise<Started> {
  const port = await freePort();
  const file = path.join(directory, `squid-${port}.conf`);
  writeFileSync(
    file,
    `http_port 127.0.0.1:${port}
acl origin dst 127.0.0.1
acl port port ${originPort}
http_access allow origin port
http_access deny all
cache deny all
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
shutdown_lifetime 0 seconds
coredump_dir ${directory}
`,
  );
  return start(["/usr/sbin/squid", "-N", "-f", file], port);
}

/** Bare httpxy, bundled like ours. */
export async function startHttpxy(directory: string, originPort: number): Promise<Started> {
  const port = await freePort();
  const outfile = path.join(directory, "httpxy.cjs");
  await build({
    entryPoints: [path.join(import.meta.dirname, "bare-httpxy.ts")],
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
  const started = await start([process.execPath, ...nodeFlags, outfile, String(port), String(originPort)], port);
  return { ...started, form: "origin" };
}

/** Node's own server, with nothing to do. */
export async function startBareServer(): Promise<Started> {
  const port = await freePort();
  const program = `require("node:http").createServer().listen(${port}, "127.0.0.1")`;
  return start([process.execPath, ...nodeFlags, "-e", program], port);
}

async function start([program = "", ...args]: string[], port: number): Promise<Started> {
  const { NODE_ENV, MALLOC_ARENA_MAX } = environment;
  const started = performance.now();
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, NODE_ENV, MALLOC_ARENA_MAX } });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const readyMs = performance.now() - started;
  const pid = child.pid!;
  const readyCpuMs = threadCpuMs(pid);
  const idleMiB = anonymousKb(pid) / 1024;
  return { pid, port, form: "absolute", readyMs, readyCpuMs, idleMiB, stop: () => stop(child) };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => !failed && resolve(true));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
