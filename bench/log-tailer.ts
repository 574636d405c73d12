/** log-tailer against GNU `tail -F`: a backlog through a pipe. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { BenchCase, Contest } from "./case.ts";
import { cpuOf } from "./measure.ts";

const tool = "log-tailer";
const MEBIBYTES = 300;

const entry = join(import.meta.dirname, "../packages/log-tailer/bin/log-tailer.js");

interface Fixture {
  readonly log: string;
  readonly empty: string;
  readonly bytes: number;
}

/** Lines of 119 bytes, as an application writes them. */
function writeFixture(directory: string): Fixture {
  const log = join(directory, "app.log");
  const empty = join(directory, "empty.log");
  writeFileSync(empty, "");
  const line = `2026-01-01 12:00:00.123 +00:00 [INF] Environment: TEST; version: 1.1; time check: 12:00.00; ${"x".repeat(26)}\n`;
  const block = Buffer.from(line.repeat(Math.floor((1024 * 1024) / line.length)));
  const fd = openSync(log, "w");
  for (let written = 0; written < MEBIBYTES; written++) writeSync(fd, block);
  closeSync(fd);
  return { log, empty, bytes: block.length * MEBIBYTES };
}

/** CPU of a pipeline whose reader discards; the reader's own share is in both contestants' figures. */
async function pipeline(script: string, ...args: string[]): Promise<number> {
  const { cpuMs, code } = await cpuOf(["bash", "-c", `set -o pipefail; ${script}`, "bench", ...args]);
  if (code !== 0 && code !== 141) throw new Error(`${script} ended with ${code}`);
  return cpuMs;
}

function backlogCase(name: string, options: string, filter: string, target?: number): BenchCase {
  return {
    tool,
    name,
    unit: "ms CPU",
    peer: filter === "" ? "GNU tail -F" : "GNU sed, which does not follow",
    ...(target !== undefined && { target }),
    async prepare(directory): Promise<Contest> {
      const { log, empty, bytes } = writeFixture(directory);
      const run = (file: string) =>
        pipeline(`"$1" "$2" --once "$3" ${options} | cat > /dev/null`, process.execPath, entry, file);
      // `tail` ends when its reader has gone, which `head` does after the last byte.
      return {
        // The start of a Node process, which is measured elsewhere, is not part of reading.
        ours: async () => (await run(log)) - (await run(empty)),
        peer: () =>
          filter === ""
            ? pipeline(`tail -n +1 -F "$1" 2> /dev/null | head -c ${bytes} > /dev/null`, log)
            : pipeline(`${filter} "$1" | cat > /dev/null`, log),
      };
    },
  };
}

export const cases: BenchCase[] = [
  backlogCase(`raw, ${MEBIBYTES} MiB of 119-byte lines through a pipe`, "", "", 2),
  backlogCase(`prefix, ${MEBIBYTES} MiB of 119-byte lines through a pipe`, "--output prefix", "sed 's/^/[app.log] /'"),
];
