import { isAlias, isCollection, isScalar, type Pair, type ParsedNode } from "yaml";
import { applyChanges, type Editor, type Path } from "../changes.ts";
import { canonical, type Layout, layoutOf } from "../layout.ts";
import { equal, type ListNode, type MapNode, type Node } from "../node.ts";
import { Splices } from "../splices.ts";
import { Brackets } from "./brackets.ts";
import { counterpart } from "./counterpart.ts";
import { Geography, type Place } from "./geography.ts";
import type { YamlMap, YamlText } from "./parse.ts";
import { Rows } from "./rows.ts";
import { type ScalarStyle, writeLiteral } from "./scalar.ts";
import {
  isBlock,
  scalarText,
  writeAfterKey,
  writeBlock,
  writeDocument,
  writeFlow,
  writeItem,
  writeKey,
} from "./write.ts";

/** The text of `document` with the differences to `merged` written into it; all other bytes are its own. */
export function editYaml(document: YamlText, merged: Node): string {
  const { text } = document.source;
  const editor = new YamlEditor(document);
  if (text.slice(document.source.start).trim() === "" && isBlock(merged)) {
    return text.slice(0, document.source.start) + writeDocument(merged, canonical);
  }
  editor.write(merged);
  return editor.splices.apply(text);
}

class YamlEditor implements Editor {
  readonly splices = new Splices();
  readonly #document: YamlText;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #geography: Geography;
  readonly #rows: Rows;
  readonly #brackets: Brackets;
  /** Written out because an anchor they depend on has changed; nothing inside them is edited any more. */
  readonly #settled = new Set<Node>();

  constructor(document: YamlText) {
    this.#document = document;
    this.#text = document.source.text;
    const { eol, unit } = layoutOf(this.#text);
    this.#layout = { eol, unit: unit.includes("\t") ? canonical.unit : unit };
    this.#geography = new Geography(document);
    this.#rows = new Rows(this.splices, this.#text, this.#layout, this.#geography);
    this.#brackets = new Brackets(this.splices, this.#text, this.#geography);
  }

  write(merged: Node): void {
    const { root } = this.#document;
    if (root.kind === "map" && !this.#document.ast.has(root)) {
      if (merged.kind === "map" && merged.entries.size === 0) return;
      // Only comments so far: the value goes behind them.
      const end = this.#text.length;
      const lead = this.#text.endsWith("\n") ? "" : this.#layout.eol;
      this.splices.add(end, end, lead + writeDocument(merged, this.#layout));
      return;
    }
    this.#detach(merged);
    applyChanges(root, merged, this);
  }

  /** An alias keeps its value when the text of its anchor changes: it is then written out. */
  #detach(merged: Node): void {
    const { root } = this.#document;
    const done: Path[] = [];
    for (const { path, target, holder } of this.#document.uses.toSorted((a, b) => a.path.length - b.path.length)) {
      const anchored = this.#geography.pathOf(target);
      const anchor = anchored && counterpart(root, merged, anchored);
      // Gone altogether is changed as well.
      if (anchored === undefined || (anchor !== undefined && equal(anchor, target))) continue;
      const next = counterpart(root, merged, path);
      if (next === undefined || done.some((outer) => outer.every((step, index) => step === path[index]))) continue;
      done.push(path);
      this.#settled.add(holder);
      this.#overwrite(holder, next, path);
    }
  }

  editable(old: MapNode | ListNode, next: MapNode | ListNode): boolean {
    if (this.#document.foreign.has(old) || this.#settled.has(old)) return false;
    if (old.kind === "list" || next.kind === "list") return true;
    return (old as YamlMap).inherited.keys().every((key) => next.entries.has(key));
  }

  replace(old: Node, next: Node, path: Path): void {
    if (!this.#settled.has(old)) this.#overwrite(old, next, path);
  }

  #overwrite(old: Node, next: Node, path: Path): void {
    this.#geography.reveal(path);
    const key = path.at(-1);
    const heir = this.#geography.heirOf(old);
    if (heir !== undefined) {
      this.editMap(heir, new Set(), new Map([[String(key), next]]), path.slice(0, -1));
      return;
    }
    if (!this.#document.ast.has(old) || this.#geography.isInFlow(old)) {
      const before = this.#document.ast.has(old) ? "" : ": ";
      this.splices.add(old.start, old.end, before + writeFlow(untagged(next), this.#styleOf(old)));
      return;
    }
    const place = this.#geography.place(old);
    this.#dropTag(old, next, place.after);
    if (isBlock(next)) this.#toBlock(old, untagged(next), place);
    else this.#toInline(old, untagged(next), place);
  }

  #toInline(old: Node, next: Node, { after, indent, isItem }: Place): void {
    const end = this.#geography.contentEnd(old);
    const text = this.#inlineText(old, next, indent, this.#isBelow(old, after) ? this.#behindProperties(after) : end);
    if (old.start === old.end) {
      const empty = this.#behindProperties(after);
      this.splices.add(empty, empty, ` ${text}`);
      return;
    }
    if (!this.#isBlockCollection(old)) {
      this.splices.add(old.start, end, text + (this.#text[end - 1] === "\n" ? this.#layout.eol : ""));
      return;
    }
    const lineEnd = this.#geography.lineEnd(end);
    const lineStart = this.#geography.breakBefore(old.start);
    if (isItem || lineStart < after) this.splices.add(old.start, lineEnd, text);
    else {
      const at = this.#behindProperties(after);
      this.splices.add(at, at, ` ${text}`);
      this.splices.add(lineStart, lineEnd, "");
    }
  }

  /** The end of the anchor and the tag behind a colon or dash, or of that itself. */
  #behindProperties(after: number): number {
    const properties = /(?:[ \t]+[&!][^\s,[\]{}]*)*/y;
    properties.lastIndex = after;
    properties.test(this.#text);
    return properties.lastIndex;
  }

  /** Whether the value is a block that starts below the line of its key or dash. */
  #isBelow(old: Node, after: number): boolean {
    return this.#isBlockCollection(old) && this.#geography.breakBefore(old.start) >= after;
  }

  /** `end`: what follows it on its line follows the new text as well. */
  #inlineText(old: Node, next: Node, indent: string, end: number): string {
    if (next.kind === "map" || next.kind === "list") return writeFlow(next);
    const style = this.#styleOf(old);
    const alone = this.#text.slice(end, this.#geography.lineEnd(end)).trim() === "" || this.#text[end - 1] === "\n";
    const inner = indent + this.#layout.unit;
    if (next.kind === "string" && alone && (style === "literal" || style === "folded" || next.text.includes("\n"))) {
      const literal = style === "double" ? undefined : writeLiteral(next.text, inner, this.#layout.eol);
      if (literal !== undefined) {
        return style === "folded" && !literal.includes("\n", literal.indexOf("\n") + 1)
          ? literal.replace("|", ">")
          : literal;
      }
    }
    return scalarText(next, style, false);
  }

  #toBlock(old: Node, next: Node, { after, indent, isItem, isRoot }: Place): void {
    const end = this.#geography.contentEnd(old);
    const lineEnd = this.#geography.lineEnd(end);
    if (isRoot) this.splices.add(old.start, lineEnd, writeBlock(next, "", this.#layout));
    else if (isItem) this.#itemToBlock(old, next, { after, indent }, end);
    else if (this.#isBlockCollection(old)) {
      const from = this.#geography.breakBefore(old.start);
      this.splices.add(from, lineEnd, this.#layout.eol + writeBlock(next, indent + this.#layout.unit, this.#layout));
    } else {
      const block = this.#layout.eol + writeBlock(next, indent + this.#layout.unit, this.#layout);
      if (this.#text[end - 1] === "\n" && end > old.start) {
        this.splices.add(this.#behindProperties(after), end, block + this.#layout.eol);
      } else {
        if (old.start < old.end) this.splices.add(this.#behindProperties(after), end, "");
        this.splices.add(lineEnd, lineEnd, block);
      }
    }
  }

  /** A comment on the line of the dash stays there, and the block starts below it. */
  #itemToBlock(old: Node, next: Node, { after, indent }: Pick<Place, "after" | "indent">, end: number): void {
    const lineEnd = this.#geography.lineEnd(end);
    const isCommented = end <= lineEnd && this.#text.slice(end, lineEnd).trim() !== "";
    const isEmpty = old.start === old.end;
    const start = isEmpty ? this.#behindProperties(after) : old.start;
    if (isCommented) {
      if (!isEmpty) this.splices.add(start, end, "");
      this.splices.add(lineEnd, lineEnd, this.#layout.eol + writeBlock(next, `${indent}  `, this.#layout));
    } else this.splices.add(start, lineEnd, (isEmpty ? " " : "") + writeItem(next, indent, this.#layout));
  }

  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void {
    this.#geography.reveal(path);
    const map = old as YamlMap;
    const kept = map.entries.size - removed.size;
    if (this.#geography.isFlow(map)) {
      this.#brackets.remove(
        map,
        [...map.pairs.keys()].map((key) => removed.has(key)),
      );
      const style = this.#keyStyle(map);
      const items = Array.from(added, ([key, value]) => `${writeKey(key, true, style)}: ${writeFlow(value)}`);
      this.#brackets.append(map, items, kept);
      return;
    }
    if (kept === 0 && added.size === 0) {
      this.#empty(map, "{}");
      return;
    }
    const rows = map.ast.items.map((pair) => pairStart(pair));
    const gone = [...this.#rowKeys(map)].map((key) => key !== undefined && removed.has(key));
    const indent = this.#geography.column(map.start);
    const style = this.#keyStyle(map);
    const lines = Array.from(
      added,
      ([key, value]) => `${writeKey(key, false, style)}:${writeAfterKey(value, indent, this.#layout)}`,
    );
    this.#rows.edit(map, rows, gone, lines, indent);
  }

  editList(old: ListNode, removed: ReadonlySet<number>, added: readonly Node[], path: Path): void {
    this.#geography.reveal(path);
    const kept = old.items.length - removed.size;
    const gone = [...old.items.keys()].map((index) => removed.has(index));
    if (this.#geography.isFlow(old)) {
      this.#brackets.remove(old, gone);
      this.#brackets.append(
        old,
        added.map((node) => writeFlow(node)),
        kept,
      );
    } else if (kept === 0 && added.length === 0) {
      this.#empty(old, "[]");
    } else {
      const indent = this.#geography.column(old.start);
      const lines = added.map((node) => `- ${writeItem(node, indent, this.#layout)}`);
      this.#rows.edit(old, this.#geography.dashes(old), gone, lines, indent);
    }
  }

  /** The key of each pair of the text, undefined for a merge key. */
  *#rowKeys(map: YamlMap): Generator<string | undefined> {
    const byPair = new Map<unknown, string>();
    for (const [key, pair] of map.pairs) byPair.set(pair, key);
    for (const pair of map.ast.items) yield byPair.get(pair);
  }

  #empty(old: MapNode | ListNode, text: string): void {
    const place = this.#geography.place(old);
    const end = this.#geography.lineEnd(this.#geography.contentEnd(old));
    const lineStart = this.#geography.breakBefore(old.start);
    if (place.isRoot || place.isItem || lineStart < place.after) this.splices.add(old.start, end, text);
    else {
      const at = this.#behindProperties(place.after);
      this.splices.add(at, at, ` ${text}`);
      this.splices.add(lineStart, end, "");
    }
  }

  #keyStyle(map: YamlMap): ScalarStyle {
    const last = [...map.pairs.values()].at(-1)?.key;
    return isScalar(last) ? styleOf(last.type) : "plain";
  }

  #styleOf(old: Node): ScalarStyle {
    const ast = this.#document.ast.get(old);
    return isScalar(ast) ? styleOf(ast.type) : "plain";
  }

  #isBlockCollection(old: Node): boolean {
    const ast = this.#document.ast.get(old);
    return isCollection(ast) && ast.flow !== true && !isAlias(ast);
  }

  /** A tag that no longer describes the value goes; one that only the application knows stays. */
  #dropTag(old: Node, next: Node, after: number): void {
    const ast = this.#document.ast.get(old) as ParsedNode | undefined;
    if (ast === undefined || isAlias(ast) || ast.tag === undefined) return;
    if (old.tag !== undefined && old.kind === next.kind) return;
    if (ast.tag === "tag:yaml.org,2002:str" && next.kind === "string") return;
    const found = /!\S*[ \t]*/.exec(this.#text.slice(after, old.start));
    if (found !== null) this.splices.add(after + found.index, after + found.index + found[0].length, "");
  }
}

/** The value without the tag of its own: in an edit, the tag in the text decides. */
function untagged(node: Node): Node {
  if (node.tag === undefined) return node;
  const { tag: _, ...rest } = node;
  return rest as Node;
}

function styleOf(type: unknown): ScalarStyle {
  if (type === "QUOTE_DOUBLE") return "double";
  if (type === "QUOTE_SINGLE") return "single";
  if (type === "BLOCK_LITERAL") return "literal";
  return type === "BLOCK_FOLDED" ? "folded" : "plain";
}

function pairStart(pair: Pair<unknown, unknown>): number {
  return (pair.key as ParsedNode).range[0];
}
