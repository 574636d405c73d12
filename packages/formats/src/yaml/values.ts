import { isAlias, isCollection, isScalar, type ParsedNode } from "yaml";
import type { Layout } from "../layout.ts";
import type { ListNode, MapNode, Node } from "../node.ts";
import type { Splices } from "../splices.ts";
import type { Geography, Place } from "./geography.ts";
import type { YamlText } from "./parse.ts";
import { type ScalarStyle, styleOf, writeLiteral } from "./scalar.ts";
import { isBlock, scalarText, writeBlock, writeFlow, writeItem } from "./write.ts";

/** Writes single values in the place of others: in their style where the new value allows it. */
export class Values {
  readonly #splices: Splices;
  readonly #document: YamlText;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #geography: Geography;

  constructor(splices: Splices, document: YamlText, layout: Layout, geography: Geography) {
    this.#splices = splices;
    this.#document = document;
    this.#text = document.source.text;
    this.#layout = layout;
    this.#geography = geography;
  }

  /** `old` has a text of its own, or none at all. */
  replace(old: Node, next: Node): void {
    if (!this.#document.ast.has(old) || this.#geography.isInFlow(old)) {
      const before = this.#document.ast.has(old) ? "" : ": ";
      this.#splices.add(old.start, old.end, before + writeFlow(untagged(next), this.#styleOf(old)));
      return;
    }
    const place = this.#geography.place(old);
    this.#dropTag(old, next, place.after);
    if (isBlock(next)) this.#toBlock(old, untagged(next), place);
    else this.#toInline(old, untagged(next), place);
  }

  /** Writes `text`, an empty map or list, in the place of one whose rows are all gone. */
  empty(old: MapNode | ListNode, text: string): void {
    const place = this.#geography.place(old);
    const end = this.#geography.lineEnd(this.#geography.contentEnd(old));
    const lineStart = this.#geography.breakBefore(old.start);
    if (place.isRoot || place.isItem || lineStart < place.after) this.#splices.add(old.start, end, text);
    else {
      const at = this.#behindProperties(place.after);
      this.#splices.add(at, at, ` ${text}`);
      this.#splices.add(lineStart, end, "");
    }
  }

  #toInline(old: Node, next: Node, { after, indent, isItem }: Place): void {
    const end = this.#geography.contentEnd(old);
    const text = this.#inlineText(old, next, indent, this.#isBelow(old, after) ? this.#behindProperties(after) : end);
    if (old.start === old.end) {
      const empty = this.#behindProperties(after);
      this.#splices.add(empty, empty, ` ${text}`);
      return;
    }
    if (!this.#isBlockCollection(old)) {
      this.#splices.add(old.start, end, text + (this.#text[end - 1] === "\n" ? this.#layout.eol : ""));
      return;
    }
    const lineEnd = this.#geography.lineEnd(end);
    const lineStart = this.#geography.breakBefore(old.start);
    if (isItem || lineStart < after) this.#splices.add(old.start, lineEnd, text);
    else {
      const at = this.#behindProperties(after);
      this.#splices.add(at, at, ` ${text}`);
      this.#splices.add(lineStart, lineEnd, "");
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
    if (isRoot) this.#splices.add(old.start, lineEnd, writeBlock(next, "", this.#layout));
    else if (isItem) this.#itemToBlock(old, next, { after, indent }, end);
    else if (this.#isBlockCollection(old)) {
      const from = this.#geography.breakBefore(old.start);
      this.#splices.add(from, lineEnd, this.#layout.eol + writeBlock(next, indent + this.#layout.unit, this.#layout));
    } else {
      const block = this.#layout.eol + writeBlock(next, indent + this.#layout.unit, this.#layout);
      if (this.#text[end - 1] === "\n" && end > old.start) {
        this.#splices.add(this.#behindProperties(after), end, block + this.#layout.eol);
      } else {
        if (old.start < old.end) this.#splices.add(this.#behindProperties(after), end, "");
        this.#splices.add(lineEnd, lineEnd, block);
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
      if (!isEmpty) this.#splices.add(start, end, "");
      this.#splices.add(lineEnd, lineEnd, this.#layout.eol + writeBlock(next, `${indent}  `, this.#layout));
    } else this.#splices.add(start, lineEnd, (isEmpty ? " " : "") + writeItem(next, indent, this.#layout));
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
    if (found !== null) this.#splices.add(after + found.index, after + found.index + found[0].length, "");
  }
}

/** The value without the tag of its own: in an edit, the tag in the text decides. */
function untagged(node: Node): Node {
  if (node.tag === undefined) return node;
  const { tag: _, ...rest } = node;
  return rest as Node;
}
