import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
} from "yaml";
import { limits } from "../limits.ts";
import { type MapNode, type Node, type Scalar, scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";
import { complain } from "./complain.ts";
import { canonicalNumber } from "./scalar.ts";

type Ast = ParsedNode | Alias.Parsed;
export type AstMap = Extract<ParsedNode, { items: Pair<unknown, unknown>[] }>;

/** A map with what an edit has to know about it. */
export interface YamlMap extends MapNode {
  readonly ast: AstMap;
  /** Own pairs by key. */
  readonly pairs: ReadonlyMap<string, Pair<ParsedNode, ParsedNode | null>>;
  /** Keys that come from a merge key (`<<`) and not from a pair of this map. */
  readonly inherited: ReadonlySet<string>;
}

/** A parsed YAML document. */
export interface YamlText {
  readonly source: SourceText;
  readonly root: Node;
  /** The syntax node behind each node of the tree that has text of its own. */
  readonly ast: WeakMap<Node, Ast>;
  /** Nodes whose text stands elsewhere: the values of aliases and of merge keys. */
  readonly foreign: WeakSet<Node>;
  /** Where aliases and merge keys use an anchored node: what must not change when the anchor's text does. */
  readonly uses: readonly {
    readonly path: readonly (string | number)[];
    readonly target: Node;
    readonly holder: Node;
  }[];
}

/** An anchored node; undefined while it is being built. */
interface Anchor {
  node: Node | undefined;
  size: number;
  uses: number;
}

/** Parses one document of YAML 1.2 with merge keys. Malformed, several documents or beyond the limits: exit status 4. */
export function parseYaml(source: SourceText): YamlText {
  const document = read(source);
  complain(source, document);
  return new Builder(source, document).build();
}

function read(source: SourceText): Document.Parsed {
  try {
    return parseDocument(source.text, {
      keepSourceTokens: true,
      merge: true,
      prettyErrors: false,
      logLevel: "error",
      uniqueKeys: false,
    });
  } catch (error) {
    // Nesting of many thousand levels ends in a stack overflow; the library's message could quote the text.
    if (error instanceof RangeError) throw source.malformed(0, `nested deeper than ${limits.depth} levels`);
    throw source.malformed(0, "the text cannot be read as YAML");
  }
}

class Builder {
  readonly #source: SourceText;
  readonly #document: Document.Parsed;
  readonly #ast = new WeakMap<Node, Ast>();
  readonly #foreign = new WeakSet<Node>();
  readonly #uses: { path: readonly (string | number)[]; target: Node; holder: Node }[] = [];
  readonly #anchors = new Map<string, Anchor>();
  #count = 0;

  constructor(source: SourceText, document: Document.Parsed) {
    this.#source = source;
    this.#document = document;
  }

  build(): YamlText {
    const { contents } = this.#document;
    const root = contents === null ? this.#emptyMap() : this.#node(contents as Ast, []);
    return { source: this.#source, root, ast: this.#ast, foreign: this.#foreign, uses: this.#uses };
  }

  /** A file without a value is an empty map. */
  #emptyMap(): Node {
    return {
      kind: "map",
      entries: new Map(),
      origin: this.#source,
      start: this.#source.start,
      end: this.#source.start,
    };
  }

  #node(ast: Ast, path: readonly (string | number)[]): Node {
    const start = ast.range[0];
    if (path.length > limits.depth) throw this.#source.malformed(start, `nested deeper than ${limits.depth} levels`);
    this.#grow(1, start);
    if (isAlias(ast)) return this.#alias(ast as Alias.Parsed, path);
    const before = this.#count;
    const { anchor } = ast as ParsedNode;
    const definition: Anchor = { node: undefined, size: 0, uses: 0 };
    // The name belongs to this node from here on, until another one inside it or behind it takes it.
    if (anchor !== undefined) this.#anchors.set(anchor, definition);
    const node = this.#value(ast as ParsedNode, path);
    this.#ast.set(node, ast);
    definition.node = node;
    definition.size = this.#count - before + 1;
    return node;
  }

  #value(ast: ParsedNode, path: readonly (string | number)[]): Node {
    const place = { origin: this.#source, start: ast.range[0], end: ast.range[1], ...unknownTag(ast) };
    if (isMap(ast)) return this.#map(ast as AstMap, place, path);
    if (isSeq(ast)) {
      const items = ast.items.map((item, index) => this.#node(item as Ast, [...path, index]));
      return { kind: "list", items, ...place };
    }
    if (!isScalar(ast)) throw this.#source.malformed(place.start, "a value is expected");
    return { ...this.#scalar(ast as ScalarAst), ...place };
  }

  #scalar({ value, source }: ScalarAst): Scalar {
    if (value === null) return scalar("null", "null", this.#source);
    if (typeof value === "boolean") return scalar("boolean", String(value), this.#source);
    if (typeof value === "number")
      return scalar("number", canonicalNumber(source ?? String(value), value), this.#source);
    return scalar("string", typeof value === "string" ? value : (source ?? ""), this.#source);
  }

  #map(ast: AstMap, place: Omit<MapNode, "kind" | "entries">, path: readonly (string | number)[]): MapNode {
    const entries = new Map<string, Node>();
    const pairs = new Map<string, Pair<ParsedNode, ParsedNode | null>>();
    const inherited = new Set<string>();
    const merges: [Ast, Node][] = [];
    for (const pair of ast.items as unknown as Pair<ParsedNode, ParsedNode | null>[]) {
      if (isMergeKey(pair.key) && pair.value !== null) {
        const merged = this.#node(pair.value, path);
        merges.push([pair.value, merged]);
        this.#inherit(pair.value, merged, entries, pairs, inherited);
        continue;
      }
      const key = this.#key(pair.key);
      if (pairs.has(key)) {
        throw this.#source.malformed(pair.key.range[0], "the key occurs twice in one map", "keep one of the two");
      }
      pairs.set(key, pair);
      inherited.delete(key);
      entries.set(key, pair.value === null ? this.#missing(pair) : this.#node(pair.value, [...path, key]));
    }
    const map: YamlMap = { kind: "map", entries, ...place, ast, pairs, inherited };
    for (const [, target] of merges) this.#uses.push({ path, target, holder: map });
    return map;
  }

  /** Takes over the members of the map, or of each map of the list, behind a merge key; the nearest wins. */
  #inherit(
    ast: Ast,
    merged: Node,
    entries: Map<string, Node>,
    own: ReadonlyMap<string, unknown>,
    inherited: Set<string>,
  ): void {
    const maps = merged.kind === "list" ? merged.items : [merged];
    for (const map of maps) {
      if (map.kind !== "map") throw this.#source.malformed(ast.range[0], "a merge key needs a map or a list of maps");
      for (const [key, value] of map.entries) {
        if (own.has(key) || inherited.has(key)) continue;
        const copy = { ...value };
        this.#foreign.add(copy);
        entries.set(key, copy);
        inherited.add(key);
      }
    }
  }

  /** A key without a value and without a colon, as in `{ key }`. */
  #missing(pair: Pair<ParsedNode, ParsedNode | null>): Node {
    const end = pair.key.range[1];
    return scalar("null", "null", this.#source, end, end);
  }

  #key(key: ParsedNode): string {
    if (isAlias(key)) {
      const target = this.#alias(key as Alias.Parsed, []);
      if (target.kind !== "map" && target.kind !== "list") return target.text;
    }
    if (isScalar(key)) {
      const { value, source } = key as ScalarAst;
      return typeof value === "string" ? value : (source ?? "");
    }
    throw this.#source.malformed(key.range[0], "a key must be a scalar", "maps and lists as keys are not supported");
  }

  #alias(ast: Alias.Parsed, path: readonly (string | number)[]): Node {
    const [start, end] = ast.range;
    const anchor = this.#anchors.get(ast.source);
    if (anchor === undefined) throw this.#source.malformed(start, "the alias names no anchor before it");
    if (anchor.node === undefined) throw this.#source.malformed(start, "the alias stands inside its own anchor");
    if (++anchor.uses > limits.aliases) {
      throw this.#source.malformed(start, `more than ${limits.aliases} aliases of one anchor`);
    }
    this.#grow(anchor.size, start);
    const copy = { ...anchor.node, start, end };
    this.#foreign.add(copy);
    this.#ast.set(copy, ast);
    this.#uses.push({ path, target: anchor.node, holder: copy });
    return copy;
  }

  #grow(count: number, at: number): void {
    this.#count += count;
    if (this.#count > limits.nodes) throw this.#source.malformed(at, `more than ${limits.nodes} values`);
  }
}

type ScalarAst = ParsedNode & { value: unknown; source?: string };

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === "PLAIN" && (key as ScalarAst).source === "<<";
}

function unknownTag(ast: ParsedNode): { tag?: string } {
  const { tag } = ast;
  return tag === undefined || tag.startsWith("tag:yaml.org,2002:")
    ? {}
    : { tag: tag.startsWith("!") ? tag : `!<${tag}>` };
}
