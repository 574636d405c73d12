import { problemsOf } from "@outrigger/formats/problem";
import { OutriggerError } from "@outrigger/runtime/errors";
import { reportError } from "@outrigger/runtime/exit";
import type { Log } from "@outrigger/runtime/log";

/** Reports every problem; the exit status is the lowest of theirs. */
export function reportAll(log: Log, error: unknown): number {
  if (error instanceof OutriggerError && error.name !== "Problem") return reportError(log, error);
  let problems: ReturnType<typeof problemsOf>;
  try {
    problems = problemsOf(error);
  } catch {
    return reportError(log, error);
  }
  return Math.min(...problems.map((problem) => reportError(log, problem)));
}
