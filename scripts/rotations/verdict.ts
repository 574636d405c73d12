// The oracle: every line that was written has a number of its own.

export interface Verdict {
  /** Lines that are nowhere in the output. */
  readonly lost: number;
  /** Lines too many of those that are in it more than once. */
  readonly doubled: number;
  /** Lines of the output that are not one line that was written: two glued together, or one with something else. */
  readonly damaged: number;
}

/** Compares what was written, without line ends, with an output. */
export function judge(written: readonly string[], output: string): Verdict {
  const counts = new Map(written.map((line) => [line, 0]));
  for (const [line] of output.matchAll(/line \d{6}/g)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const all = [...counts.values()];
  return {
    lost: all.filter((count) => count === 0).length,
    doubled: all.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    damaged: output.split("\n").filter((line, index, { length }) => {
      const isEnd = index === length - 1 && line === "";
      return !isEnd && !counts.has(line);
    }).length,
  };
}

export function add(one: Verdict, other: Verdict): Verdict {
  return {
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    damaged: one.damaged + other.damaged,
  };
}

export const nothingWrong: Verdict = { lost: 0, doubled: 0, damaged: 0 };
