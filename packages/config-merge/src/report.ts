import { Problem, Problems } from "@outrigger/formats/problem";
import { reportErrors } from "@outrigger/runtime/exit";
import type { Log } from "@outrigger/runtime/log";

/** The messages of every problem behind an error. */
export function messagesOf(error: unknown): string[] {
  return problemsBehind(error).map((problem) => (problem instanceof Error ? problem.message : String(problem)));
}

/** Logs every problem behind an error. Returns the exit status: the lowest of theirs. */
export function reportAll(log: Log, error: unknown): number {
  const list = problemsBehind(error);
  const distinct = new Map(list.map((problem) => [problem instanceof Problem ? problem.message : problem, problem]));
  return reportErrors(log, [...distinct.values()]);
}

function problemsBehind(error: unknown): readonly unknown[] {
  return error instanceof Problems ? error.list : [error];
}
