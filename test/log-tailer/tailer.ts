import type { TestContext } from "node:test";
import { get } from "../harness/http.ts";
import { startTool, type ToolProcess } from "../harness/tool.ts";

/** What tests set unless they say otherwise: no port, and waits that a test can afford. */
const defaults = {
  "admin.port": "0",
  pollInterval: "100ms",
  rotateGrace: "1s",
  partialFlush: "300ms",
};

export type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Command line options for keys of the section `logs`. */
export function options(settings: Settings): string[] {
  return Object.entries({ ...defaults, ...settings }).flatMap(([key, value]) => [
    "--set",
    `logs.${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  ]);
}

/** Starts log-tailer on files and waits until its first scan is done: what happens then happens under its eyes. */
export async function startTailer(
  t: TestContext,
  files: readonly string[],
  settings: Settings = {},
): Promise<ToolProcess> {
  const tailer = startTool("log-tailer", [...files, ...options(settings)], {
    test: t,
    env: { OUTRIGGER_LOG_LEVEL: "debug", OUTRIGGER_LOG_FORMAT: "json" },
  });
  await tailer.waitFor('"msg":"ready"', { on: "stderr" });
  return tailer;
}

/** The value of one of the tailer's own series, over all sources. */
export async function metric(port: number, name: string): Promise<number> {
  const { body } = await get(`http://127.0.0.1:${port}/metrics`);
  const values = body.split("\n").filter((line) => line.startsWith(`outrigger_logs_${name}`));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** `from` to `to`, one number per line. */
export function numbers(from: number, to: number): string {
  let text = "";
  for (let line = from; line <= to; line++) text += `${line}\n`;
  return text;
}
