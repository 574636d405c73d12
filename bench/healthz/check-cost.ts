/** What checks cost: each type against a target that does next to nothing. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server as NetServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BenchCase, type Contest, unlessInstalled } from "../case.ts";
import { cpuMs, load, startHealthz, startServer } from "./servers.ts";

const tool = "healthz";

const CHECKS = 200;
const MEASURED_S = 5;

/**
 * V8 compiles a function after 3000 calls: a quarter of a minute for checks of a second, in which it takes as much CPU time as
 * they do. What is measured is the rest of the sidecar's life, so that many runs are made sooner.
 */
const WARM_UP_INTERVAL = "100ms";
const WARM_UP_MS = 6000;
const SETTLED_MS = 3000;

/** The bound of the design page's issue, 5 % of a core, for each of 200 checks a second. */
const FIVE_PERCENT = 0.05e6 / CHECKS;

/** Starts healthz with 200 checks of one kind, a second apart, and measures the CPU time of one of them in microseconds. */
async function startChecks(
  directory: string,
  check: object,
): Promise<{ cost(): Promise<number>; stop(): Promise<void> }> {
  const every = (interval: string) => ({
    checks: Object.fromEntries(Array.from({ length: CHECKS }, (_, index) => [`c${index}`, { ...check, interval }])),
  });
  const { pid, stop, reconfigure } = await startHealthz(directory, every(WARM_UP_INTERVAL));
  await delay(WARM_UP_MS);
  reconfigure(every("1s"));
  await delay(SETTLED_MS);
  return {
    async cost() {
      const before = cpuMs(pid);
      await delay(MEASURED_S * 1000);
      return ((cpuMs(pid) - before) * 1000) / (MEASURED_S * CHECKS);
    },
    stop,
  };
}

/** A process to be found. */
const SLEEPER = ["sleep", "86399"] as const;

/** What is asked, where a target on `port` plays all parts. */
const TYPES: Readonly<Record<string, (port: number) => object>> = {
  http: (port) => ({ http: `http://127.0.0.1:${port}/` }),
  "http, by the name localhost": (port) => ({ http: `http://localhost:${port}/` }),
  tcp: (port) => ({ tcp: `127.0.0.1:${port}` }),
  redis: (port) => ({ redis: `127.0.0.1:${port}` }),
  postgres: (port) => ({ postgres: `127.0.0.1:${port}` }),
  metric: (port) => ({ metric: { url: `http://127.0.0.1:${port}/`, name: "up", min: 1 } }),
  file: () => ({ file: import.meta.filename, minSize: 1 }),
  disk: () => ({ disk: "/", minFree: 1 }),
  dns: () => ({ dns: "localhost" }),
  process: () => ({ process: `^${SLEEPER.join(" ")}$` }),
  "process, not there": () => ({ process: "^no such process$" }),
};

async function listening(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const ANSWERS = {
  http: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nup 1\n",
  redis: "+PONG\r\n",
  // AuthenticationOk.
  postgres: Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
} as const;

/** Answers whichever protocol is spoken. */
function startTarget(): NetServer {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (asked: Buffer) => {
      if (asked[0] === 0) socket.end(ANSWERS.postgres);
      else socket.end(asked.includes("PING") ? ANSWERS.redis : ANSWERS.http);
    });
  });
}

async function againstTheBound(directory: string, check: (port: number) => object): Promise<Contest> {
  const target = startTarget();
  const [program, ...args] = SLEEPER;
  const sleeper = spawn(program, args, { stdio: "ignore" });
  const ours = await startChecks(directory, check(await listening(target)));
  return {
    ours: ours.cost,
    peer: async () => FIVE_PERCENT,
    async close() {
      await ours.stop();
      sleeper.kill();
      target.close();
    },
  };
}

/** Against the same HTTP server, one probe of blackbox_exporter for each run of ours. */
async function againstBlackbox(directory: string): Promise<Contest> {
  const target = createHttpServer((_request, response) => response.end("fine"));
  const url = `http://127.0.0.1:${await listening(target)}/`;
  const ours = await startChecks(directory, { http: url });
  const modules = path.join(directory, "blackbox.yml");
  writeFileSync(modules, "modules: { http_2xx: { prober: http } }\n");
  const theirs = await startServer([
    "prometheus-blackbox-exporter",
    `--config.file=${modules}`,
    "--web.listen-address=127.0.0.1:PORT",
    "--log.level=error",
  ]);
  return {
    ours: ours.cost,
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

export const checkCosts: BenchCase[] = [
  {
    tool,
    name: "CPU of one HTTP check, 200 of them each second",
    unit: "µs CPU",
    peer: "blackbox_exporter",
    target: 0.8,
    missing: unlessInstalled("prometheus-blackbox-exporter"),
    prepare: againstBlackbox,
  },
  ...Object.entries(TYPES).map(
    ([type, check]): BenchCase => ({
      tool,
      name: `CPU of one check, 200 of them each second: ${type}`,
      unit: "µs CPU",
      peer: "5 % of a core",
      target: 1,
      rounds: 3,
      prepare: (directory) => againstTheBound(directory, check),
    }),
  ),
];
