/** A backlog through a pipe: CPU per 100 MB, and how long it takes. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { BenchCase, Contest } from "../case.ts";
import { cpuOf, type Usage } from "../measure.ts";
import { fluentBit } from "./limits.ts";
import { shippedTailer } from "./tailers.ts";

const mebibytes = 300;

type Line = (index: number) => string;

/** 119 bytes, as an application writes them. */
const text: Line = () =>
  `2026-01-01 12:00:00.123 +00:00 [INF] Environment: TEST; version: 1.1; time check: 12:00.00; ${"x".repeat(26)}`;
const json: Line = (index) =>
  `{"time":"2026-01-01T12:00:00.${String(index % 1000).padStart(3, "0")}Z","level":"info","msg":"order ${index} was shipped","status":200,` +
  `"took":${index % 97}.5,"user":{"id":${index},"name":"bob"},"trace":"4bf92f3577b34da6a3ce929d0e0e4736"}`;

function writeBacklog(file: string, line: Line): number {
  let block = "";
  for (let index = 0; block.length < 1024 * 1024; index++) block += `${line(index)}\n`;
  const bytes = Buffer.from(block);
  const fd = openSync(file, "w");
  for (let written = 0; written < mebibytes; written++) writeSync(fd, bytes);
  closeSync(fd);
  return bytes.length * mebibytes;
}

/** A pipeline whose reader discards; the reader's own share is in all contestants' figures. */
async function pipeline(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Usage> {
  const usage = await cpuOf(["bash", "-c", `set -o pipefail; ${script}`, "bench", ...args], { env });
  // `tail` ends when its reader has gone, which `head` does after the last byte.
  if (usage.code !== 0 && usage.code !== 141) throw new Error(`${script} ended with ${usage.code}`);
  return usage;
}

/** The start of a Node process, which is measured elsewhere, is not part of reading. */
function reading(directory: string, file: string, options: readonly string[], figure: "cpuMs" | "wallMs") {
  const empty = join(directory, "empty.log");
  writeFileSync(empty, "");
  const { argv, env } = shippedTailer(directory, ["--once", ...options]);
  const run = async (read: string) =>
    (await pipeline('"$@" | cat > /dev/null', [...argv, read], { PATH: process.env.PATH, ...env }))[figure];
  return async () => (await run(file)) - (await run(empty));
}

function againstTail(name: string, figure: "cpuMs" | "wallMs", target: number): BenchCase {
  return {
    tool: "log-tailer",
    name,
    unit: figure === "cpuMs" ? "ms CPU" : "ms",
    peer: "GNU tail -F",
    target,
    async prepare(directory): Promise<Contest> {
      const file = join(directory, "app.log");
      const bytes = writeBacklog(file, text);
      const script = `tail -n +1 -F "$1" 2> /dev/null | head -c ${bytes} > /dev/null`;
      return {
        ours: reading(directory, file, [], figure),
        peer: async () => (await pipeline(script, [file]))[figure],
      };
    },
  };
}

/** @param limit CPU in ms per 100 MB */
function againstFigure(name: string, options: readonly string[], line: Line, peer: string, limit: number, target = 1) {
  const contest: BenchCase = {
    tool: "log-tailer",
    name: `${name}, CPU for 100 MB`,
    unit: "ms CPU",
    peer,
    target,
    rounds: 3,
    async prepare(directory): Promise<Contest> {
      const file = join(directory, "app.log");
      const bytes = writeBacklog(file, line);
      const ours = reading(directory, file, options, "cpuMs");
      return { ours: async () => ((await ours()) * 1e8) / bytes, peer: async () => limit };
    },
  };
  return contest;
}

const recorded = "Fluent Bit 5.1.1, recorded";
const toJson = ["--output", "json"];

export const backlogCases: BenchCase[] = [
  againstTail(`raw, ${mebibytes} MiB of 119-byte lines through a pipe`, "cpuMs", 2),
  againstTail(`raw, ${mebibytes} MiB of 119-byte lines through a pipe, time`, "wallMs", 1 / 0.8),
  againstFigure("raw", [], text, recorded, fluentBit.raw, 0.15),
  againstFigure("prefix", ["--output", "prefix"], text, "the limit", 100),
  againstFigure("wrap in JSON", toJson, text, recorded, fluentBit.wrap, 0.5),
  againstFigure("JSON to JSON", [...toJson, "--parse", "json"], json, recorded, fluentBit.json, 0.9),
  againstFigure("Serilog text to JSON", [...toJson, "--parse", "serilog"], text, recorded, fluentBit.serilog, 0.6),
];
