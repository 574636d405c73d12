import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually, type Patience } from "../harness/eventually.ts";
import { type Answer, request } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTool, type ToolProcess } from "../harness/tool.ts";

/** A running healthz. */
export interface Healthz {
  tool: ToolProcess;
  /** By the monotonic clock: no later than the checks began. */
  startedAt: number;
  port: number;
  /** The configuration file; write another section into it with `configure`. */
  file: string;
  configure(health: object): void;
  get(path: string, accept?: string): Promise<Answer>;
  ask(method: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Waits until the endpoint has this status, and returns the answer. That of a check is 503 also before its first verdict. */
  until(path: string, status: number, patience?: Patience): Promise<Answer>;
}

/** Starts healthz with this section and waits until it listens. */
export async function startHealthz(
  t: TestContext,
  health: object,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Healthz> {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  const port = await freePort();
  const configure = (section: object) => writeFileSync(file, JSON.stringify({ health: { port, ...section } }));
  configure(health);
  const { args = [], env = {} } = options;
  const startedAt = performance.now();
  const tool = startTool("healthz", ["--config", file, ...args], { test: t, env });
  atEnd(t, () => end(tool));
  await tool.waitFor('"msg":"listening"', { on: "stderr" });
  const ask: Healthz["ask"] = (method, target, headers = {}) =>
    request(`http://127.0.0.1:${port}/`, { method, path: target, headers });
  const get: Healthz["get"] = (target, accept) => ask("GET", target, accept === undefined ? {} : { accept });
  const until: Healthz["until"] = (target, status, patience) =>
    eventually(async () => {
      const answer = await get(target);
      if (answer.status !== status) throw new Error(`${target} is ${answer.status}: ${answer.body}`);
      return answer;
    }, patience);
  return { tool, startedAt, port, file, configure, get, ask, until };
}

/** How long a healthz that is stopped may go on, in milliseconds. */
const STOP_PATIENCE = 10_000;

/** SIGTERM first: SIGKILL, which nobody can answer, would leave behind the command that an exec check runs at the moment. */
async function end(tool: ToolProcess): Promise<void> {
  const patience = setTimeout(() => tool.signal("SIGKILL"), STOP_PATIENCE);
  await tool.stop();
  clearTimeout(patience);
}

/** What the verbose answer says about one check. */
export async function detailsOf(healthz: Healthz, name: string): Promise<Record<string, unknown>> {
  const { body } = await healthz.get(`/healthz/${name}?verbose`);
  return JSON.parse(body).checks[name];
}

/** The error of a check once it has a verdict, or its status when there is none. */
export function verdictOf(healthz: Healthz, name: string): Promise<string> {
  return eventually(async () => {
    const { status, error } = await detailsOf(healthz, name);
    if (status === "PENDING") throw new Error(`${name} has no verdict yet`);
    return String(error ?? status);
  });
}

/** The error of a check once it has failed. Its endpoint cannot tell: it is 503 before the first verdict, too. */
export function failureOf(healthz: Healthz, name: string): Promise<string> {
  return eventually(async () => {
    const { status, error } = await detailsOf(healthz, name);
    if (status !== "FAIL" && status !== "WARN") throw new Error(`${name} is ${status}`);
    return String(error);
  });
}

/** The value of one series of healthz's own metrics. */
export async function metric(healthz: Healthz, series: string): Promise<number | undefined> {
  const { body } = await healthz.get("/metrics");
  const line = body.split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
