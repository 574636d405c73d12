import { type Follower, follow } from "@outrigger/tail/follow";
import { lineConsumer } from "@outrigger/tail/lines";
import { CheckFailure } from "../failure.ts";
import type { Check, CheckContext } from "./check.ts";
import { EventWindow } from "./event-window.ts";

export interface LogSpec {
  type: "log";
  /** Paths and globs. */
  files: readonly string[];
  match: RegExp;
  /** The most matching lines within the window. */
  max: number;
  /** The window in milliseconds. */
  within: number;
}

// A pattern may take time that grows with the square of the line.
const LONGEST_LINE = 16 * 1024;

/** Good while at most `max` matching lines arrived within `within`. What is in the files at the start does not count. */
export function createLogCheck({ files, match, max, within }: LogSpec, { log, wake }: CheckContext): Check {
  const window = new EventWindow(max, within, wake);
  const consumer = lineConsumer({
    maxLine: LONGEST_LINE,
    onLine: (_generation, line) => {
      if (match.test(line)) window.add();
    },
  });
  const follower: Follower = follow({ sources: [{ files, start: "end" }], consumer, log });
  // A broken follower is reported by each run.
  let broken: unknown;
  follower.finished.catch((error) => {
    broken = error;
  });
  return {
    async run() {
      await follower.ready;
      if (broken !== undefined) throw broken;
      if (!window.exceeded) return;
      throw new CheckFailure(
        "too many lines",
        `more than ${max} lines matched ${match.source} within ${within / 1000} s`,
      );
    },
    async close() {
      window.close();
      await follower.close();
    },
  };
}
