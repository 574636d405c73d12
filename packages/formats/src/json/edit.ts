import { type Additions, applyChanges, type Editor, type Path } from "../changes.ts";
import { type Layout, layoutOf, lineIndent } from "../layout.ts";
import type { ListNode, MapNode, Node } from "../node.ts";
import type { SourceText } from "../source-text.ts";
import { Splices } from "../splices.ts";
import { skipTrivia } from "./scan.ts";
import type { Item, JsonText } from "./tree.ts";
import { type JsonStyle, member, writeJson } from "./write.ts";

/** The text of `document` with the differences to `merged` written into it; all other bytes are its own. */
export function editJson(document: JsonText, merged: Node): string {
  const editor = new JsonEditor(document);
  applyChanges(document.root, merged, editor);
  return editor.splices.apply(document.source.text);
}

type Writer = (style: JsonStyle) => string;

class JsonEditor implements Editor {
  readonly splices = new Splices();
  readonly #document: JsonText;
  readonly #source: SourceText;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #colon: string;
  readonly #multiLine: boolean;

  constructor(document: JsonText) {
    this.#document = document;
    this.#source = document.source;
    this.#text = document.source.text;
    this.#layout = layoutOf(this.#text);
    this.#colon = /"(\s*:[ \t]*)/.exec(this.#text)?.[1] ?? ": ";
    this.#multiLine = this.#text.includes("\n");
  }

  editable(): boolean {
    return true;
  }

  replace(old: Node, next: Node, path: Path): void {
    const indent = lineIndent(this.#text, old.start);
    const style = { ...this.#layout, indent, inline: !this.#multiLine, colon: this.#colon };
    this.splices.add(old.start, old.end, writeJson(next, style, path));
  }

  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    const items = [...this.#document.items(old.start)];
    const keys = [...old.entries.keys()];
    const writers = Array.from(
      added,
      ([key, value]) =>
        (style: JsonStyle) =>
          member(key, value, style, path),
    );
    this.#edit(old, items, (index) => removed.has(keys[index] as string), writers);
  }

  editList(old: ListNode, removed: ReadonlySet<number>, added: Additions, path: Path): void {
    const items = [...this.#document.items(old.start)];
    for (const [at, nodes] of added) {
      const writers = nodes.map((node) => (style: JsonStyle) => writeJson(node, style, [...path, at]));
      if (at < items.length) this.#insert(old, items, at, writers);
      else this.#edit(old, items, (index) => removed.has(index), writers);
    }
    if (!added.has(items.length)) this.#edit(old, items, (index) => removed.has(index), []);
  }

  /** Inserts before an element, in its way of standing; comments on lines above it stay with it. */
  #insert(old: Node, items: Item[], index: number, added: Writer[]): void {
    const item = items[index] as Item;
    const lead = this.#lead(item);
    const newline = lead.lastIndexOf("\n");
    const indent = newline < 0 ? lineIndent(this.#text, old.start) + this.#layout.unit : lead.slice(newline + 1);
    const style = { ...this.#layout, indent, inline: newline < 0, colon: this.#colonOf(item) };
    if (newline < 0) {
      const gap = style.colon.endsWith(" ") ? ", " : ",";
      this.splices.add(item.keyStart, item.keyStart, added.map((write) => write(style) + gap).join(""));
      return;
    }
    const before = items[index - 1]?.comma ?? old.start;
    const at = this.#restOfLine(before + 1);
    this.splices.add(at, at, added.map((write) => `${this.#layout.eol}${indent}${write(style)},`).join(""));
  }

  #edit(old: Node, items: Item[], isRemoved: (index: number) => boolean, added: Writer[]): void {
    const lastKept = items.findLastIndex((_, index) => !isRemoved(index));
    for (const index of items.keys()) if (isRemoved(index)) this.#remove(items, index, index > lastKept);
    const last = items.at(-1);
    const kept = items[lastKept];
    const trailingComma = last?.comma !== undefined;
    if (added.length > 0) this.#append(old, items, kept, added, trailingComma);
    else if (kept?.comma !== undefined && !trailingComma) this.splices.add(kept.comma, kept.comma + 1, "");
  }

  /** Removes one element with its comma; `trailing`: no element behind it stays. */
  #remove(items: Item[], index: number, trailing: boolean): void {
    const item = items[index] as Item;
    const own = item.comma === undefined ? item.end : item.comma + 1;
    const line = this.#ownLineStart(item);
    if (line !== undefined) {
      this.splices.add(line, this.#restOfLine(own), "");
    } else if (trailing) {
      const before = items[index - 1]?.comma;
      this.splices.add(before === undefined ? item.keyStart : before + 1, own, "");
    } else {
      const next = items[index + 1] as Item;
      this.splices.add(item.keyStart, this.#ownLineStart(next) ?? next.keyStart, "");
    }
  }

  /** The offset of the line break before the element, when nothing but white space is between them. */
  #ownLineStart(item: Item): number | undefined {
    const lead = this.#lead(item);
    const newline = lead.lastIndexOf("\n");
    if (newline < 0) return undefined;
    const at = item.keyStart - lead.length + newline;
    return this.#text[at - 1] === "\r" ? at - 1 : at;
  }

  /** The white space before an element. */
  #lead(item: Item): string {
    let start = item.keyStart;
    while (/\s/.test(this.#text[start - 1] ?? "x")) start--;
    return this.#text.slice(start, item.keyStart);
  }

  /** `at`, or the end of a comment behind it that ends the line: it belongs to the element before it. */
  #restOfLine(at: number): number {
    const rest = /[^\r\n]*/y;
    rest.lastIndex = at;
    const line = (rest.exec(this.#text) as RegExpExecArray)[0];
    return /^[ \t]*(\/\/.*|\/\*((?!\*\/).)*\*\/[ \t]*)$/.test(line) ? at + line.length : at;
  }

  #append(old: Node, items: Item[], kept: Item | undefined, added: Writer[], trailingComma: boolean): void {
    const { eol, unit } = this.#layout;
    const outer = lineIndent(this.#text, old.start);
    const at = this.#contentEnd(old);
    const last = items.at(-1);
    const closesLine = this.#endsInLineComment(old, at);
    if (last === undefined) {
      const inline = !this.#multiLine && !closesLine;
      const style = { ...this.#layout, indent: outer + unit, inline, colon: this.#colon };
      const separator = inline ? "" : eol + style.indent;
      const comma = inline && this.#colon.endsWith(" ") ? ", " : ",";
      const text = added.map((write) => separator + write(style)).join(inline ? comma : ",");
      this.splices.add(at, old.end - 1, inline ? text : text + eol + outer);
      return;
    }
    if (kept !== undefined && kept.comma === undefined) this.splices.add(kept.end, kept.end, ",");
    const lead = this.#lead(last);
    const newline = lead.lastIndexOf("\n");
    const inline = newline < 0 && !closesLine;
    const indent = newline < 0 ? outer + unit : lead.slice(newline + 1);
    const style = { ...this.#layout, indent, inline: newline < 0, colon: this.#colonOf(last) };
    const gap = items.length > 1 ? lead : style.colon.endsWith(" ") ? " " : "";
    const first = kept === undefined && inline ? "" : inline ? gap : eol + indent;
    const next = inline ? gap : eol + indent;
    const text = added.map((write, index) => (index === 0 ? first : next) + write(style)).join(",");
    this.splices.add(at, at, text + (trailingComma ? "," : "") + (closesLine && newline < 0 ? eol + outer : ""));
  }

  #colonOf(item: Item): string {
    const between = this.#text.slice(item.keyEnd, item.start);
    return /^\s*:[ \t]*$/.test(between) ? between : this.#colon;
  }

  /** The offset behind the last comment or element of the container. */
  #contentEnd(node: Node): number {
    let end = node.end - 1;
    while (/\s/.test(this.#text[end - 1] ?? "x")) end--;
    return end;
  }

  /** Whether `at` is behind a comment that only a line break ends. */
  #endsInLineComment(node: Node, at: number): boolean {
    let from = node.start + 1;
    for (const item of this.#document.items(node.start)) from = (item.comma ?? item.end - 1) + 1;
    while (from < at) {
      const slash = this.#text.indexOf("/", from);
      if (slash < 0 || slash >= at) return false;
      if (this.#text[slash + 1] === "/") {
        const newline = this.#text.indexOf("\n", slash);
        if (newline < 0 || newline >= at) return true;
        from = newline + 1;
      } else {
        from = skipTrivia(this.#source, slash);
      }
    }
    return false;
  }
}
