import { type Additions, applyChanges, type Editor, type Path } from "../changes.ts";
import { insertLines, removeLine } from "../flat/lines.ts";
import { layoutOf, lineIndent } from "../layout.ts";
import { isScalar, type ListNode, type MapNode, type Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Splices } from "../splices.ts";
import type { Enclosed, KeyValue, Table, TomlText } from "./parse.ts";
import { floatText, hasHeaders, sectionsOf, writeKey, writePath, writeToml, writeValue } from "./write.ts";

/** The text of `document` with the differences to `merged` written into it; all other bytes are its own. */
export function editToml(document: TomlText, merged: Node): string {
  if (merged.kind !== "map") return writeToml(merged);
  const editor = new TomlEditor(document);
  applyChanges(document.root, merged, editor);
  return editor.finish();
}

class TomlEditor implements Editor {
  readonly #splices = new Splices();
  /** New headers by their path, with the first table below and their lines: several changes may need the same one. */
  readonly #headers = new Map<string, { readonly below: Table; readonly lines: string[] }>();
  readonly #document: TomlText;
  readonly #text: string;
  readonly #eol: string;

  constructor(document: TomlText) {
    this.#document = document;
    this.#text = document.source.text;
    this.#eol = layoutOf(this.#text).eol;
  }

  /** The text with everything that was asked for. */
  finish(): string {
    for (const { below, lines } of this.#headers.values()) this.#insertBefore(below, [lines]);
    return this.#splices.apply(this.#text);
  }

  /** A list of `[[headers]]` that gets an element other than a map has to become an array in brackets. */
  editable(old: MapNode | ListNode, next: MapNode | ListNode): boolean {
    return next.kind === "map" || this.#document.enclosed.has(old) || next.items.every((item) => item.kind === "map");
  }

  replace(old: Node, next: Node, path: Path): void {
    if (isScalar(old) || this.#document.enclosed.has(old)) {
      const before = this.#text.slice(old.start, old.end);
      const isFloat = isScalar(old) && old.float === true && next.kind === "number";
      this.#splices.add(old.start, old.end, isFloat ? floatText(next.text) : writeValue(next, path, before));
      return;
    }
    this.#remove(path);
    this.#add(path.slice(0, -1), new Map([[String(path.at(-1)), next]]));
  }

  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    const enclosed = this.#document.enclosed.get(old);
    if (enclosed === undefined && !this.#isInside(old, path)) {
      for (const key of removed) this.#remove([...path, key]);
      if (added.size > 0) this.#add(path, added);
      else if (removed.size === old.entries.size) this.#keep({ ...old, entries: new Map() }, path);
      return;
    }
    const keys = [...old.entries.keys()];
    const texts = Array.from(added, ([key, value]) => `${writeKey(key)} = ${writeValue(value, [...path, key])}`);
    this.#editEnclosed(old, enclosed ?? { items: [] }, (index) => removed.has(keys[index] as string), texts, " ");
  }

  editList(old: ListNode, removed: ReadonlySet<number>, added: Additions, path: Path): void {
    const enclosed = this.#document.enclosed.get(old);
    for (const [at, items] of added) if (at < old.items.length) this.#insert(old, enclosed, at, items, path);
    const last = added.get(old.items.length) ?? [];
    if (enclosed !== undefined) {
      const texts = last.map((item) => writeValue(item, [...path, old.items.length]));
      this.#editEnclosed(old, enclosed, (index) => removed.has(index), texts, "");
      return;
    }
    for (const index of removed) this.#remove([...path, index]);
    if (removed.size === old.items.length && last.length === 0) this.#keep(listOf(last, old), path);
    else if (last.length > 0) this.#insertSections(sectionsOf(listOf(last, old), path), path);
  }

  /** Inserts before an element that stays. */
  #insert(old: ListNode, enclosed: Enclosed | undefined, at: number, items: readonly Node[], path: Path): void {
    if (enclosed !== undefined) {
      const { start } = enclosed.items[at] as { start: number };
      const lead = this.#ownLine(start);
      const gap = lead === undefined ? ", " : `,${this.#eol}${lead}`;
      this.#splices.add(start, start, items.map((item) => writeValue(item, [...path, at]) + gap).join(""));
      return;
    }
    const sections = sectionsOf(listOf(items, old), path);
    if (at > 0) this.#insertSections(sections, [...path, at - 1]);
    else this.#insertBefore(this.#document.tables.find((table) => startsWith(table.path, path)) as Table, sections);
  }

  /** A table that existed only through what it held, or a list of tables, stays as an empty one. */
  #keep(empty: Node, path: Path): void {
    if (path.length === 0 || this.#document.tables.some((table) => same(table.path, path))) return;
    this.#add(path.slice(0, -1), new Map([[String(path.at(-1)), empty]]));
  }

  /** Removes and appends between braces or brackets. */
  #editEnclosed(
    old: Node,
    { items }: Enclosed,
    isRemoved: (index: number) => boolean,
    texts: readonly string[],
    padding: string,
  ): void {
    const lastKept = items.findLastIndex((_, index) => !isRemoved(index));
    for (const [index, item] of items.entries()) {
      if (!isRemoved(index)) continue;
      const next = items[index + 1];
      const previous = items[index - 1];
      if (index < lastKept && next !== undefined) this.#splices.add(item.start, next.start, "");
      else this.#splices.add(previous === undefined ? item.start : previous.end, item.end, "");
    }
    if (texts.length === 0) return;
    const last = items.at(-1);
    if (last === undefined) {
      this.#splices.add(old.start + 1, old.end - 1, padding + texts.join(", ") + padding);
      return;
    }
    const lead = this.#ownLine(last.start);
    const separator = lead === undefined ? ", " : `,${this.#eol}${lead}`;
    const start = lastKept < 0 ? "" : separator;
    this.#splices.add(last.end, last.end, start + texts.join(separator));
  }

  /** The indentation of an element that starts its line; undefined for any other. */
  #ownLine(start: number): string | undefined {
    return /\n([ \t]*)$/.exec(this.#text.slice(0, start))?.[1];
  }

  /** Whether a map without braces of its own lies in an inline table, by a dotted key. */
  #isInside(old: MapNode, path: Path): boolean {
    return path.length > 0 && old !== this.#document.root && !this.#isTabular(path);
  }

  #isTabular(path: Path): boolean {
    const { tables, keyValues } = this.#document;
    return (
      tables.some((table) => startsWith(table.path, path)) || keyValues.some((entry) => startsWith(entry.path, path))
    );
  }

  /** Removes every line that sets something at or below a path. */
  #remove(path: Path): void {
    const { tables, keyValues } = this.#document;
    for (const table of tables) {
      if (startsWith(table.path, path)) removeLine(this.#splices, this.#text, table);
    }
    for (const entry of keyValues) {
      if (startsWith(entry.path, path) && !startsWith(entry.table.path, path))
        removeLine(this.#splices, this.#text, entry);
    }
  }

  /** Adds keys to the table at `path`: values in its body, maps as sections of their own. */
  #add(path: Path, added: ReadonlyMap<string, Node>): void {
    const lines: [key: string, value: Node][] = [];
    const sections: string[][] = [];
    const dotted = this.#dottedSibling(path);
    for (const [key, value] of added) {
      if (hasHeaders(value) && dotted === undefined) sections.push(...sectionsOf(value, [...path, key]));
      else lines.push([key, value]);
    }
    if (lines.length > 0) this.#addLines(path, lines, dotted);
    if (sections.length > 0) this.#insertSections(sections, path);
  }

  #addLines(path: Path, lines: readonly [key: string, value: Node][], dotted: KeyValue | undefined): void {
    const { tables, keyValues, source } = this.#document;
    const table = tables.find((candidate) => same(candidate.path, path));
    const sibling = dotted ?? keyValues.findLast((entry) => entry.table === table);
    const equals = sibling === undefined ? " = " : this.#text.slice(sibling.keyEnd, sibling.valueStart);
    const prefix = dotted === undefined ? "" : `${writePath(path.slice(dotted.table.path.length))}.`;
    const indent = sibling === undefined ? "" : lineIndent(this.#text, sibling.start);
    const texts = lines.map(
      ([key, value]) => indent + prefix + writeKey(key) + equals + writeValue(value, [...path, key]),
    );
    if (sibling !== undefined) insertLines(this.#splices, source, sibling.end - 1, texts);
    else if (table === undefined) this.#insertHeader(path, texts);
    else if (table.path.length > 0) insertLines(this.#splices, source, table.end, texts);
    // A header that is new at the same place would take the root's keys into its table.
    else this.#splices.addBefore(source.start, texts.map((text) => text + this.#eol).join("") + this.#gap());
  }

  /** Between new keys of the root and the first table. */
  #gap(): string {
    return this.#document.tables.length > 1 ? this.#eol : "";
  }

  /** A header for a table that so far exists only through the headers below it. */
  #insertHeader(path: Path, lines: readonly string[]): void {
    const key = formatPath(path);
    const known = this.#headers.get(key);
    if (known !== undefined) known.lines.push(...lines);
    else {
      const below = this.#document.tables.find((table) => startsWith(table.path, path)) as Table;
      this.#headers.set(key, { below, lines: [`[${writePath(path)}]`, ...lines] });
    }
  }

  #insertBefore(table: Table, sections: readonly string[][]): void {
    const at = Math.max(this.#text.lastIndexOf("\n", table.start - 1) + 1, this.#document.source.start);
    this.#splices.add(at, at, sections.map((lines) => [...lines, ""].join(this.#eol) + this.#eol).join(""));
  }

  /** Inserts sections behind everything that belongs to the table at `path`; for the root that is the end. */
  #insertSections(sections: readonly string[][], path: Path): void {
    const last = this.#document.tables.findLast((table) => startsWith(table.path, path));
    const end = path.length === 0 || last === undefined ? this.#text.length : last.end;
    const lines = sections.flatMap((section) => ["", ...section]);
    if (end === this.#text.length && this.#text.slice(this.#document.source.start).trim() === "") lines.shift();
    if (end === this.#text.length && this.#text.endsWith("\n")) {
      this.#splices.add(end, end, lines.map((line) => line + this.#eol).join(""));
    } else insertLines(this.#splices, this.#document.source, end, lines);
  }

  /** A key like `a.b = 1` of the body that makes the table at `path` exist, when it has no header. */
  #dottedSibling(path: Path): KeyValue | undefined {
    if (this.#document.tables.some((table) => same(table.path, path))) return undefined;
    return this.#document.keyValues.findLast(
      (entry) =>
        startsWith(entry.path, path) && entry.table.path.length < path.length && entry.path.length > path.length,
    );
  }
}

function listOf(items: readonly Node[], { origin }: Node): ListNode {
  return { kind: "list", items, origin, start: 0, end: 0 };
}

function same(a: Path, b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => path[index] === key);
}
