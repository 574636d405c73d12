import type { ListNode, MapNode, Node, Scalar, ScalarKind } from "../node.ts";
import type { SourceText } from "../source-text.ts";
import { Checker, skipString, skipTrivia, stringValue } from "./scan.ts";

/** One element of a container: `keyStart` equals `start` in an array. */
export interface Item {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
  /** Offset of the comma behind the value, if there is one. */
  readonly comma: number | undefined;
}

/** A checked JSON text whose nodes are made when somebody looks at them. */
export class JsonText {
  readonly source: SourceText;
  readonly root: Node;
  readonly #ends: Map<number, number>;

  constructor(source: SourceText) {
    this.source = source;
    const checker = new Checker(source);
    const start = skipTrivia(source, source.start);
    if (start >= source.text.length) throw source.malformed(start, "the file is empty", "an empty object is {}");
    const end = checker.value(start);
    const rest = skipTrivia(source, end);
    if (rest < source.text.length) throw source.malformed(rest, "nothing may follow the end of the document");
    this.#ends = checker.ends;
    this.root = this.node(start, end);
  }

  /** The node of the value in `[start, end)`. */
  node(start: number, end: number): Node {
    const code = this.source.text.charCodeAt(start);
    if (code === 0x7b) return new JsonMap(this, start, end);
    if (code === 0x5b) return new JsonList(this, start, end);
    return new JsonScalar(this.source, start, end);
  }

  /** The elements of the container at `start`, in order. */
  *items(start: number): Generator<Item> {
    const { source } = this;
    const { text } = source;
    const isMap = text[start] === "{";
    let at = skipTrivia(source, start + 1);
    while (text[at] !== "}" && text[at] !== "]") {
      const keyStart = at;
      const keyEnd = isMap ? skipString(source, at) : at;
      const valueStart = isMap ? skipTrivia(source, skipTrivia(source, keyEnd) + 1) : at;
      const end = this.#end(valueStart);
      at = skipTrivia(source, end);
      const comma = text[at] === "," ? at : undefined;
      if (comma !== undefined) at = skipTrivia(source, comma + 1);
      yield { keyStart, keyEnd, start: valueStart, end, comma };
    }
  }

  #end(start: number): number {
    const known = this.#ends.get(start);
    if (known !== undefined) return known;
    const { text } = this.source;
    const code = text.charCodeAt(start);
    if (code === 0x22) return skipString(this.source, start);
    if (code !== 0x7b && code !== 0x5b) return literalEnd(text, start);
    let end = skipTrivia(this.source, start + 1);
    for (const item of this.items(start)) end = skipTrivia(this.source, (item.comma ?? item.end - 1) + 1);
    return end + 1;
  }
}

const literal = /[\w+.-]*/y;

function literalEnd(text: string, start: number): number {
  literal.lastIndex = start;
  literal.test(text);
  return literal.lastIndex;
}

class JsonScalar implements Scalar {
  readonly kind: ScalarKind;
  readonly origin: SourceText;
  readonly start: number;
  readonly end: number;

  constructor(origin: SourceText, start: number, end: number) {
    this.kind = kindOf(origin.text.charCodeAt(start));
    this.origin = origin;
    this.start = start;
    this.end = end;
  }

  get text(): string {
    const { text } = this.origin;
    return this.kind === "string" ? stringValue(text, this.start, this.end) : text.slice(this.start, this.end);
  }
}

function kindOf(code: number): ScalarKind {
  if (code === 0x22) return "string";
  if (code === 0x74 || code === 0x66) return "boolean";
  return code === 0x6e ? "null" : "number";
}

class JsonMap implements MapNode {
  readonly kind = "map";
  readonly origin: SourceText;
  readonly start: number;
  readonly end: number;
  readonly #document: JsonText;
  #entries: Map<string, Node> | undefined;

  constructor(document: JsonText, start: number, end: number) {
    this.#document = document;
    this.origin = document.source;
    this.start = start;
    this.end = end;
  }

  get entries(): ReadonlyMap<string, Node> {
    if (this.#entries === undefined) {
      this.#entries = new Map();
      for (const item of this.#document.items(this.start)) {
        const key = stringValue(this.origin.text, item.keyStart, item.keyEnd);
        this.#entries.set(key, this.#document.node(item.start, item.end));
      }
    }
    return this.#entries;
  }
}

class JsonList implements ListNode {
  readonly kind = "list";
  readonly origin: SourceText;
  readonly start: number;
  readonly end: number;
  readonly #document: JsonText;
  #items: Node[] | undefined;

  constructor(document: JsonText, start: number, end: number) {
    this.#document = document;
    this.origin = document.source;
    this.start = start;
    this.end = end;
  }

  get items(): readonly Node[] {
    this.#items ??= [...this.#document.items(this.start)].map((item) => this.#document.node(item.start, item.end));
    return this.#items;
  }
}
