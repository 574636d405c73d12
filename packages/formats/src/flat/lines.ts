import { applyChanges, type Editor, type Path } from "../changes.ts";
import { layoutOf } from "../layout.ts";
import { isScalar, type MapNode, type Node, type Scalar } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";
import type { SourceText } from "../source-text.ts";
import { Splices } from "../splices.ts";

/** One `key = value` of a text whose entries are lines. */
export interface Entry {
  readonly key: string;
  /** Where the entry starts and ends, without its line break. */
  readonly start: number;
  readonly end: number;
  /** The text between key and value. */
  readonly separator: string;
  readonly value: Scalar;
}

/** How values and entries of one format are written. */
export interface EntryWriter {
  /** The text of a value in the place of `old`. Throws a Problem for what the format cannot hold. */
  value(text: string, old: string, path: Path): string;
  /** A whole new entry, without its line break. `separator` is the one its siblings use, if there are any. */
  entry(key: string, text: string, separator: string | undefined, path: Path): string;
}

/** The map of a text's entries. Of several entries with one key the last one counts, as for the format's own readers. */
export function entryMap(source: SourceText, entries: readonly Entry[]): MapNode {
  const map = new Map(entries.map(({ key, value }): [string, Node] => [key, value]));
  return { kind: "map", entries: map, origin: source, start: source.start, end: source.text.length };
}

/** The text of a scalar; a value that is none cannot be held by a format of entries (exit status 4). */
export function scalarText(node: Node, path: Path, format: string): string {
  if (isScalar(node) && node.kind !== "null") return node.text;
  const what = isScalar(node) ? "null" : `a ${node.kind}`;
  throw new Problem(
    "merge",
    `${formatPath(path)} (${node.origin.at(node.start)}) is ${what}, which ${format} cannot hold`,
    {
      hint: "remove it, or choose another format for the output",
    },
  );
}

/** Edits a text in which each entry is a line or some lines of its own. */
export class EntryEditor implements Editor {
  readonly splices = new Splices();
  readonly #source: SourceText;
  readonly #entries: readonly Entry[];
  readonly #writer: EntryWriter;
  readonly #format: string;

  constructor(source: SourceText, entries: readonly Entry[], writer: EntryWriter, format: string) {
    this.#source = source;
    this.#entries = entries;
    this.#writer = writer;
    this.#format = format;
  }

  write(base: MapNode, merged: Node): string {
    applyChanges(base, merged, this);
    return this.splices.apply(this.#source.text);
  }

  editable(): boolean {
    return true;
  }

  replace(old: Node, next: Node, path: Path): void {
    const text = scalarText(next, path, this.#format);
    if (isScalar(old) && old.text === text) return;
    const before = this.#source.text.slice(old.start, old.end);
    const entry = this.#entries.findLast(({ value }) => value === old);
    const gap = before === "" && entry?.separator === "" ? "=" : "";
    this.splices.add(old.start, old.end, gap + this.#writer.value(text, before, path));
  }

  editList(): void {
    throw new Error("a text of entries has no lists");
  }

  editMap(_old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    for (const entry of this.#entries) if (removed.has(entry.key)) removeLine(this.splices, this.#source.text, entry);
    const last = this.#entries.at(-1);
    const lines = Array.from(added, ([key, node]) => {
      const inner = [...path, key];
      return this.#writer.entry(key, scalarText(node, inner, this.#format), last?.separator, inner);
    });
    insertLines(this.splices, this.#source, last?.end ?? this.#source.text.length, lines);
  }
}

/** Removes an entry with its line break; the last one of a text without a final line break takes the one before it. */
export function removeLine(splices: Splices, text: string, { start, end }: Pick<Entry, "start" | "end">): void {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", end);
  if (newline >= 0) splices.add(Math.min(lineStart, start), newline + 1, "");
  else splices.add(Math.max(lineStart - 1, 0), text.length, "");
}

/** Inserts lines behind the line in which `at` lies. */
export function insertLines(splices: Splices, source: SourceText, at: number, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const { text } = source;
  const { eol } = layoutOf(text);
  const newline = text.indexOf("\n", at);
  if (newline >= 0) splices.add(newline + 1, newline + 1, lines.map((line) => line + eol).join(""));
  else if (text.length === source.start || text.endsWith("\n"))
    splices.add(text.length, text.length, lines.map((line) => line + eol).join(""));
  else splices.add(text.length, text.length, lines.map((line) => eol + line).join(""));
}
