import { Problem, Problems } from "@outrigger/formats/problem";
import { reportError } from "@outrigger/runtime/exit";
import type { Log } from "@outrigger/runtime/log";

/** Logs every problem behind an error. Returns the exit status: the lowest of theirs. */
export function reportAll(log: Log, error: unknown): number {
  const list = error instanceof Problems ? error.list : [error];
  const distinct = new Map(list.map((problem) => [problem instanceof Problem ? problem.message : problem, problem]));
  return Math.min(...distinct.values().map((problem) => reportError(log, problem)));
}
