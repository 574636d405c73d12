import { isCollection, type Pair, type ParsedNode } from "yaml";
import type { Path } from "../changes.ts";
import type { ListNode, MapNode, Node } from "../node.ts";
import type { AstMap, YamlMap, YamlText } from "./parse.ts";

/** Where a value stands. */
export interface Place {
  /** The offset behind the colon or the dash before the value. */
  readonly after: number;
  /** The indentation of the key or the dash. */
  readonly indent: string;
  readonly isItem: boolean;
  readonly isRoot: boolean;
}

interface Seat {
  readonly parent: MapNode | ListNode;
  readonly key: string | number;
  readonly after: number;
  /** Start of the key, or of the dash. */
  readonly start: number;
}

interface Token {
  readonly type: string;
  readonly offset: number;
}

interface ItemToken {
  readonly start: readonly Token[];
  readonly key?: Token | null;
  readonly sep?: readonly Token[];
  readonly value?: Token;
}

/** Where the parts of a YAML document lie in its text: what an edit has to know beside the values. */
export class Geography {
  readonly #document: YamlText;
  readonly #text: string;
  readonly #seats = new Map<Node, Seat>();
  readonly #seated = new Set<Node>();
  readonly #heirs = new Map<Node, YamlMap>();

  constructor(document: YamlText) {
    this.#document = document;
    this.#text = document.source.text;
    if (document.uses.length > 0) this.#survey(document.root);
  }

  /** Surveys the maps and lists on the way along `path`: an edit needs no others, and a document may hold many. */
  reveal(path: Path): void {
    let node: Node | undefined = this.#document.root;
    for (const step of [...path, undefined]) {
      if (node === undefined) return;
      this.#seat(node);
      node =
        node.kind === "map"
          ? node.entries.get(String(step))
          : node.kind === "list"
            ? node.items[Number(step)]
            : undefined;
    }
  }

  #survey(node: Node): void {
    for (const child of this.#seat(node)) this.#survey(child);
  }

  /** Notes where the children of a map or list stand. Returns them. */
  #seat(node: Node): Iterable<Node> {
    if (this.#seated.has(node) || this.#document.foreign.has(node)) return [];
    this.#seated.add(node);
    if (node.kind === "map" && this.#document.ast.has(node)) return this.#seatMembers(node as YamlMap);
    return node.kind === "list" ? this.#seatItems(node) : [];
  }

  #seatMembers(map: YamlMap): Node[] {
    const children: Node[] = [];
    for (const [key, pair] of map.pairs) {
      const child = map.entries.get(key) as Node;
      this.#seats.set(child, { parent: map, key, start: (pair.key as ParsedNode).range[0], after: colonEnd(pair) });
      children.push(child);
    }
    for (const key of map.inherited) this.#heirs.set(map.entries.get(key) as Node, map);
    return children;
  }

  #seatItems(list: ListNode): readonly Node[] {
    const tokens = itemTokens(this.#ast(list));
    for (const [index, child] of list.items.entries()) {
      const start = startOf(tokens[index] as ItemToken);
      this.#seats.set(child, { parent: list, key: index, start, after: start + 1 });
    }
    return list.items;
  }

  place(node: Node): Place {
    const seat = this.#seats.get(node);
    if (seat === undefined) return { after: node.start, indent: "", isItem: false, isRoot: true };
    return { after: seat.after, indent: this.column(seat.start), isItem: seat.parent.kind === "list", isRoot: false };
  }

  /** The map that got the node from its merge key. */
  heirOf(node: Node): YamlMap | undefined {
    return this.#heirs.get(node);
  }

  /** The path of a node with text of its own. */
  pathOf(node: Node): (string | number)[] | undefined {
    const path: (string | number)[] = [];
    let current = node;
    for (;;) {
      if (current === this.#document.root) return path.reverse();
      const seat = this.#seats.get(current);
      if (seat === undefined) return undefined;
      path.push(seat.key);
      current = seat.parent;
    }
  }

  isFlow(node: MapNode | ListNode): boolean {
    const ast = this.#ast(node);
    return isCollection(ast) && ast.flow === true;
  }

  /** Whether the node stands between brackets. */
  isInFlow(node: Node): boolean {
    const parent = this.#seats.get(node)?.parent;
    return parent !== undefined && this.isFlow(parent);
  }

  /** Offsets of the dashes of a block list. */
  dashes(list: ListNode): number[] {
    return list.items.map((item) => (this.#seats.get(item) as Seat).start);
  }

  /** Start and end of each element between brackets. */
  flowItems(node: MapNode | ListNode): [start: number, end: number][] {
    const rows = (this.#ast(node) as AstMap).items as readonly unknown[];
    return itemTokens(this.#ast(node))
      .slice(0, rows.length)
      .map((token, index) => [startOf(token), rowEnd(rows[index])]);
  }

  /** The offset behind the last character of a value; behind the line break for a block scalar. */
  contentEnd(node: Node): number {
    const seat = this.#seats.get(node);
    const ast = this.#document.ast.get(node) as ParsedNode | undefined;
    return ast === undefined ? node.end : Math.max(endOf(ast), node.start === node.end ? (seat?.after ?? 0) : 0);
  }

  /** The offset behind the content of one row of a block map or list, counted in the text. */
  rowEnd(node: MapNode | ListNode, index: number): number {
    return rowEnd((this.#ast(node) as AstMap).items[index]);
  }

  /** White space as wide as the text before `offset` on its line. */
  column(offset: number): string {
    const start = this.lineStart(offset);
    return " ".repeat(offset - start - (start === 0 ? this.#document.source.start : 0));
  }

  lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }

  /** The offset of the line break that ends the line; for content that ended with one, that one. */
  lineEnd(offset: number): number {
    const newline = this.#text[offset - 1] === "\n" ? offset - 1 : this.#text.indexOf("\n", offset);
    if (newline < 0) return this.#text.length;
    return this.#text[newline - 1] === "\r" ? newline - 1 : newline;
  }

  /** The offset behind the line break at `offset`, or `offset` at the end of the text. */
  behindBreak(offset: number): number {
    const newline = this.#text.indexOf("\n", offset);
    return newline < 0 ? offset : newline + 1;
  }

  /** The offset of the line break before the line of `offset`. */
  breakBefore(offset: number): number {
    const start = this.lineStart(offset);
    if (start === 0) return this.#document.source.start;
    return this.#text[start - 2] === "\r" ? start - 2 : start - 1;
  }

  #ast(node: Node): ParsedNode {
    return this.#document.ast.get(node) as ParsedNode;
  }
}

function colonEnd(pair: Pair<unknown, unknown>): number {
  const sep = (pair.srcToken as ItemToken | undefined)?.sep ?? [];
  const colon = sep.find((token) => token.type === "map-value-ind");
  return colon === undefined ? (pair.key as ParsedNode).range[1] : colon.offset + 1;
}

function itemTokens(ast: ParsedNode): readonly ItemToken[] {
  const token = ast.srcToken as unknown as { items?: readonly ItemToken[] } | undefined;
  return (token?.items ?? []).filter(
    (item) => item.key != null || item.value !== undefined || item.start.some(isContent),
  );
}

const isContent = ({ type }: Token) => !["space", "newline", "comment", "comma"].includes(type);

/** The first character of an item: its dash, tag, anchor, key or value. */
function startOf(item: ItemToken): number {
  return (item.start.find(isContent) ?? item.key ?? (item.value as Token)).offset;
}

function rowEnd(row: unknown): number {
  if (row === null) return 0;
  const pair = row as Pair<ParsedNode, ParsedNode | null>;
  if (pair.key === undefined) return endOf(row as ParsedNode);
  return Math.max(colonEnd(pair), pair.value == null ? 0 : endOf(pair.value));
}

function endOf(ast: ParsedNode): number {
  if (isCollection(ast) && ast.flow !== true) {
    const last = ast.items.at(-1);
    if (last !== undefined) return rowEnd(last);
  }
  return ast.range[1];
}
