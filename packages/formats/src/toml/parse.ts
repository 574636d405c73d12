import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { limits } from "../limits.ts";
import { type ListNode, type MapNode, type Node, type Scalar, scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";

type Path = readonly (string | number)[];

/** One `key = value` of a table's body, with its whole path. Offsets are those of the source. */
export interface KeyValue {
  readonly path: Path;
  readonly table: Table;
  readonly start: number;
  readonly end: number;
  readonly keyEnd: number;
  readonly valueStart: number;
}

/** The root, or what follows a `[header]`, with its path; elements of an array of tables have their index in it. */
export interface Table {
  readonly path: Path;
  /** Start of the header; of the text for the root. */
  readonly start: number;
  /** End of the header or of the last value of the body. */
  end: number;
}

/** The braces of an inline table, or the brackets of an array, and what is between them. */
export interface Enclosed {
  readonly items: readonly { readonly start: number; readonly end: number }[];
}

/** A parsed TOML document. */
export interface TomlText {
  readonly source: SourceText;
  readonly root: MapNode;
  readonly tables: readonly Table[];
  readonly keyValues: readonly KeyValue[];
  /** Inline tables and arrays; other maps and lists are made of headers and dotted keys. */
  readonly enclosed: WeakMap<Node, Enclosed>;
}

type MutableMap = MapNode & { readonly entries: Map<string, Node> };
type MutableList = ListNode & { readonly items: Node[] };

/** Parses TOML 1.1. Malformed text, or more than the limits allow, is exit status 4. */
export function parseToml(source: SourceText): TomlText {
  return new Builder(source).build(read(source));
}

function read(source: SourceText): AST.TOMLProgram {
  try {
    return parseTOML(source.text.slice(source.start), { tomlVersion: "1.1" });
  } catch (error) {
    if (!(error instanceof ParseError)) throw source.malformed(0, "the text cannot be read as TOML");
    // The library's own messages are matched, not shown: nobody promises that they never quote the text.
    const at = error.index + source.start;
    if (/multiple times/.test(error.message)) throw source.malformed(at, "the key occurs twice", "keep one of the two");
    if (/Unspecified/.test(error.message)) throw source.malformed(at, "a value is missing");
    throw source.malformed(at, "unexpected text", "put strings in quotes");
  }
}

class Builder {
  readonly #source: SourceText;
  readonly #tables: Table[] = [];
  readonly #keyValues: KeyValue[] = [];
  readonly #enclosed = new WeakMap<Node, Enclosed>();
  #count = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  build(program: AST.TOMLProgram): TomlText {
    const root = this.#emptyMap(this.#source.start);
    const [top] = program.body;
    const start = this.#source.start;
    const rootTable = this.#table([], { start, end: start });
    for (const item of top.body) {
      if (item.type === "TOMLKeyValue") this.#keyValue(item, root, rootTable);
      else this.#section(item, root);
    }
    return { source: this.#source, root, tables: this.#tables, keyValues: this.#keyValues, enclosed: this.#enclosed };
  }

  #section(item: AST.TOMLTable, root: MutableMap): void {
    const [start] = this.#range(item);
    const path = item.resolvedKey;
    const map = this.#enter(root, path, start) as MutableMap;
    // The header ends at the bracket, which is not a node of its own.
    const keyEnd = this.#range(item.key)[1];
    const closing = item.kind === "array" ? "]]" : "]";
    const end = this.#source.text.indexOf(closing, keyEnd) + closing.length;
    const table = this.#table(path, { start, end });
    for (const keyValue of item.body) this.#keyValue(keyValue, map, table);
  }

  #table(path: Path, { start, end }: { start: number; end: number }): Table {
    const table = { path, start, end };
    this.#tables.push(table);
    return table;
  }

  #keyValue(item: AST.TOMLKeyValue, into: MutableMap, table: Table): void {
    const keys = keysOf(item.key);
    const [start, end] = this.#range(item);
    const path = [...table.path, ...keys];
    const parent = this.#enter(into, keys.slice(0, -1), start) as MutableMap;
    parent.entries.set(keys.at(-1) as string, this.#value(item.value, path.length));
    table.end = end;
    const keyEnd = this.#range(item.key)[1];
    this.#keyValues.push({ path, table, start, end, keyEnd, valueStart: this.#range(item.value)[0] });
  }

  /** The map or list at `path`, made where it is missing. */
  #enter(root: MutableMap, path: Path, start: number): MutableMap | MutableList {
    if (path.length > limits.depth) throw this.#source.malformed(start, `nested deeper than ${limits.depth} levels`);
    let node: MutableMap | MutableList = root;
    for (const [index, key] of path.entries()) {
      const isList = typeof path[index + 1] === "number";
      let next: Node | undefined = node.kind === "map" ? node.entries.get(String(key)) : node.items[Number(key)];
      if (next === undefined) {
        next = isList ? { kind: "list", items: [], origin: this.#source, start, end: start } : this.#emptyMap(start);
        if (node.kind === "map") node.entries.set(String(key), next);
        else node.items[Number(key)] = next;
      }
      node = next as MutableMap | MutableList;
    }
    return node;
  }

  #value(value: AST.TOMLContentNode, depth: number): Node {
    const [start, end] = this.#range(value);
    if (depth > limits.depth) throw this.#source.malformed(start, `nested deeper than ${limits.depth} levels`);
    if (++this.#count > limits.nodes) throw this.#source.malformed(start, `more than ${limits.nodes} values`);
    if (value.type === "TOMLValue") return this.#scalar(value, start, end);
    const place = { origin: this.#source, start, end };
    if (value.type === "TOMLArray") {
      const list: ListNode = {
        kind: "list",
        items: value.elements.map((item) => this.#value(item, depth + 1)),
        ...place,
      };
      this.#enclosed.set(list, { items: value.elements.map((item) => this.#span(item)) });
      return list;
    }
    const map: MutableMap = { kind: "map", entries: new Map(), ...place };
    for (const item of value.body) {
      const keys = keysOf(item.key);
      const parent = this.#enter(map, keys.slice(0, -1), start) as MutableMap;
      parent.entries.set(keys.at(-1) as string, this.#value(item.value, depth + keys.length));
    }
    this.#enclosed.set(map, { items: value.body.map((item) => this.#span(item)) });
    return map;
  }

  #scalar(value: AST.TOMLValue, start: number, end: number): Scalar {
    switch (value.kind) {
      case "string":
        return scalar("string", value.value, this.#source, start, end);
      case "boolean":
        return scalar("boolean", String(value.value), this.#source, start, end);
      case "integer":
        return scalar("number", BigInt(digits(value.number)).toString(), this.#source, start, end);
      case "float":
        return {
          ...scalar("number", digits(value.number).replace(/^-nan$/, "nan"), this.#source, start, end),
          float: true,
        };
      default:
        return scalar("date", this.#source.text.slice(start, end), this.#source, start, end);
    }
  }

  #emptyMap(start: number): MutableMap {
    return { kind: "map", entries: new Map(), origin: this.#source, start, end: start };
  }

  #span(node: AST.TOMLNode): { start: number; end: number } {
    const [start, end] = this.#range(node);
    return { start, end };
  }

  #range(node: AST.TOMLNode): [start: number, end: number] {
    const { start } = this.#source;
    return [node.range[0] + start, node.range[1] + start];
  }
}

const digits = (text: string) => text.replaceAll("_", "").replace(/^\+/, "");

function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
}
