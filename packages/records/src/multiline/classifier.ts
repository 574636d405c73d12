/**
 * What a line is to the record in progress: the first line of the next one, a part of it, or (`maybe`) a part of it if a
 * later line proves so, and a record of its own if not.
 */
export type Verdict = "begins" | "continues" | "maybe";

/** Judges the lines of one file, in their order. */
export interface Classifier {
  /** The first line after `reset` begins a record whatever the verdict. */
  judge(line: string): Verdict;
  /** The record in progress was given out (a timeout, the end of the file): the next line stands alone. */
  reset(): void;
}

/** Lines that match begin a record, all others continue it. */
export function startsWith(pattern: RegExp): Classifier {
  return { judge: (line) => (matches(pattern, line) ? "begins" : "continues"), reset: () => {} };
}

/** Lines that match belong to the one before. */
export function continuesWith(pattern: RegExp): Classifier {
  return { judge: (line) => (matches(pattern, line) ? "continues" : "begins"), reset: () => {} };
}

/** As `test`, also for a pattern that somebody gave the flag `g` or `y`. */
function matches(pattern: RegExp, line: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(line);
}
