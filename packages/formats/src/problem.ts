import { OutriggerError } from "@outrigger/runtime/errors";

/** The kinds of refusal, with the exit status each stands for (contract, section 8). */
const statuses = { usage: 2, source: 3, malformed: 4, merge: 4, value: 5, output: 6 } as const;

export type ProblemKind = keyof typeof statuses;

/**
 * One refusal: what, where and what to change. The message never holds a configuration value, because every
 * problem is printed.
 */
export class Problem extends OutriggerError {
  override readonly name = "Problem";

  constructor(kind: ProblemKind, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(kind, message, { ...details, exitStatus: statuses[kind] });
  }
}

/** Several problems found in one step; whoever reports them flattens the list. */
export class Problems extends Error {
  override readonly name = "Problems";
  readonly list: readonly Problem[];

  constructor(list: readonly Problem[]) {
    super(list.map((problem) => problem.message).join("; "));
    this.list = list;
  }
}

/** The problems behind an error; anything that is not a refusal is thrown on. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problem) return [error];
  if (error instanceof Problems) return error.list;
  throw error;
}
