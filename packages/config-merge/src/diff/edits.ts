/** One line of a difference: kept, removed from the old text, or added by the new one. */
export interface Edit {
  readonly kind: "keep" | "remove" | "add";
  /** Index of the line in the old text (keep, remove) or the new one (add). */
  readonly old: number;
  readonly new: number;
}

/**
 * The shortest edit script between two lists of lines, after Myers, "An O(ND) Difference Algorithm" (1986). When the
 * texts differ in more than `maximumDifferences` places, the changed middle is shown as replaced as a whole.
 */
export function diffLines(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const edits: Edit[] = [];
  for (let index = 0; index < start; index++) edits.push({ kind: "keep", old: index, new: index });
  const middle = myers(before.slice(start, before.length - end), after.slice(start, after.length - end));
  for (const edit of middle) edits.push({ kind: edit.kind, old: edit.old + start, new: edit.new + start });
  for (let index = end; index > 0; index--) {
    edits.push({ kind: "keep", old: before.length - index, new: after.length - index });
  }
  return edits;
}

const maximumDifferences = 2000;

function myers(before: readonly string[], after: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  let frontier = new Map([[1, 0]]);
  for (let distance = 0; distance <= Math.min(before.length + after.length, maximumDifferences); distance++) {
    trace.push(new Map(frontier));
    for (let k = -distance; k <= distance; k += 2) {
      const down = k === -distance || (k !== distance && at(frontier, k - 1) < at(frontier, k + 1));
      let x = down ? at(frontier, k + 1) : at(frontier, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      frontier.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(trace, before.length, after.length);
    }
    frontier = new Map(frontier);
  }
  const removed = before.map((_, index): Edit => ({ kind: "remove", old: index, new: 0 }));
  return [...removed, ...after.map((_, index): Edit => ({ kind: "add", old: before.length, new: index }))];
}

const at = (frontier: ReadonlyMap<number, number>, k: number) => frontier.get(k) ?? -1;

function walkBack(trace: readonly ReadonlyMap<number, number>[], oldLength: number, newLength: number): Edit[] {
  const edits: Edit[] = [];
  let x = oldLength;
  let y = newLength;
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const frontier = trace[distance] as ReadonlyMap<number, number>;
    const k = x - y;
    const down = k === -distance || (k !== distance && at(frontier, k - 1) < at(frontier, k + 1));
    const previousK = down ? k + 1 : k - 1;
    const previousX = distance === 0 ? 0 : at(frontier, previousK);
    const previousY = distance === 0 ? 0 : previousX - previousK;
    while (x > previousX && y > previousY) edits.push({ kind: "keep", old: --x, new: --y });
    if (distance === 0) break;
    edits.push(down ? { kind: "add", old: x, new: --y } : { kind: "remove", old: --x, new: y });
  }
  return edits.reverse();
}
