/** Memory while nobody reads the output and 1 GiB waits. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchCase } from "../case.ts";
import { anonymousKb, peakRssKb } from "../measure.ts";
import { ourTailer, Tailer } from "./tailers.ts";

const mebibyte = 1024 * 1024;
const block = Buffer.from(`${"x".repeat(127)}\n`.repeat(mebibyte / 128));

interface Memory {
  /** MiB by which private memory has grown while the backlog did. */
  readonly growth: number;
  /** The highest resident set in MiB. */
  readonly peak: number;
}

async function stall(directory: string, output: string): Promise<Memory> {
  const file = join(directory, "app.log");
  const fifo = join(directory, "output");
  writeFileSync(file, "");
  execFileSync("mkfifo", ["-m", "600", fifo]);
  // A reader that never reads; without one, opening would wait.
  const pipe = openSync(fifo, constants.O_RDWR);
  const tailer = new Tailer(ourTailer(directory, [file], ["--output", output]), pipe);
  const writer = openSync(file, "a");
  try {
    for (let written = 0; written < 16; written++) writeSync(writer, block);
    await delay(3000);
    const before = anonymousKb(tailer.pid);
    for (let written = 16; written < 1024; written++) writeSync(writer, block);
    await delay(3000);
    return { growth: (anonymousKb(tailer.pid) - before) / 1024, peak: peakRssKb(tailer.pid) / 1024 };
  } finally {
    await tailer.stop();
    closeSync(writer);
    closeSync(pipe);
    execFileSync("rm", [fifo]);
  }
}

function stalled(name: string, output: string, limit: number, figure: (memory: Memory) => number): BenchCase {
  return {
    tool: "log-tailer",
    name: `${name} behind a stalled reader, 1 GiB unread, ${output}`,
    unit: "MiB",
    peer: "the limit",
    target: 1,
    rounds: 3,
    async prepare(directory) {
      return { ours: async () => figure(await stall(directory, output)), peer: async () => limit };
    },
  };
}

export const stalledCases: BenchCase[] = [
  stalled("growth of private memory", "raw", 4, ({ growth }) => growth),
  ...["raw", "prefix"].map((output) => stalled("highest resident memory", output, 96, ({ peak }) => peak)),
];
