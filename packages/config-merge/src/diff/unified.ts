import { diffLines, type Edit } from "./edits.ts";

/** A text for comparing, with another one of as many lines for showing. */
export interface Side {
  readonly name: string;
  readonly text: string;
  /** The text with secrets masked; line breaks stand where they do in `text`. */
  readonly shown: string;
}

const contextLines = 3;

/** A unified diff (`---`, `+++`, `@@`) of two texts; empty when they are equal. A lost final line break is marked. */
export function unifiedDiff(before: Side, after: Side): string {
  if (before.text === after.text) return "";
  const old = lines(before.text);
  const next = lines(after.text);
  const shownOld = lines(before.shown);
  const shownNew = lines(after.shown);
  const out = [`--- ${before.name}`, `+++ ${after.name}`];
  for (const hunk of hunks(diffLines(old, next))) {
    out.push(header(hunk));
    for (const { kind, old: from, new: to } of hunk) {
      const sign = { keep: " ", remove: "-", add: "+" }[kind];
      const line = (kind === "add" ? shownNew[to] : shownOld[from]) as string;
      out.push(sign + line.replace(/\n$/, ""));
      if (!line.endsWith("\n")) out.push("\\ No newline at end of file");
    }
  }
  return `${out.join("\n")}\n`;
}

/** Lines with their line breaks, so that a missing last one is a difference. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Groups of changes with the lines around them. */
function* hunks(edits: readonly Edit[]): Generator<Edit[]> {
  const changed = [...edits.keys()].filter((index) => edits[index]?.kind !== "keep");
  for (let first = 0; first < changed.length; ) {
    let last = first;
    while (last + 1 < changed.length && (changed[last + 1] as number) - (changed[last] as number) <= 2 * contextLines)
      last++;
    const from = Math.max((changed[first] as number) - contextLines, 0);
    yield edits.slice(from, (changed[last] as number) + contextLines + 1);
    first = last + 1;
  }
}

function header(hunk: readonly Edit[]): string {
  const range = (count: number, start: number) =>
    count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
  const oldCount = hunk.filter(({ kind }) => kind !== "add").length;
  const newCount = hunk.filter(({ kind }) => kind !== "remove").length;
  const [first] = hunk as [Edit, ...Edit[]];
  return `@@ -${range(oldCount, first.old + 1)} +${range(newCount, first.new + 1)} @@`;
}
