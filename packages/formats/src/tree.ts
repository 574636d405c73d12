import { type ArrayStrategy, mergeLists } from "./arrays.ts";
import { type Claims, claim } from "./claims.ts";
import { coerce, type Expectation, type NumberGrammar } from "./coerce.ts";
import { EditableList, EditableMap, similarKeys } from "./editable.ts";
import { matchKey } from "./lookup.ts";
import { isScalar, type ListNode, type MapNode, type Node, type Scalar } from "./node.ts";
import { plainOrigin } from "./origin.ts";
import { formatPath, type Segment } from "./path.ts";
import { Problem, problemsOf } from "./problem.ts";

type Path = readonly (string | number)[];

export type { Claims } from "./claims.ts";

export interface TreeOptions {
  readonly arrays: ArrayStrategy;
  readonly number: NumberGrammar;
  /** The type a schema gives the value at a path. */
  readonly expected?: (path: Path) => Expectation | undefined;
  /** Something surprising that is no error. */
  readonly warn: (message: string) => void;
  /** A refusal; merging goes on, so that all of them are found in one run. */
  readonly report: (problem: Problem) => void;
}

/** Told of every value that another one takes the place of. */
export type Replaced = (previous: Node, next: Node) => void;

/** A document that sources are laid over, one after the other; later ones win. */
export interface MergedTree {
  /** The merged value; an empty map when no source gave one. */
  readonly root: Node;
  /** What each value overrode. */
  readonly overrode: ReadonlyMap<Node, Node>;
  /** Lays a document over the tree as RFC 7396 says. The first one is the base and keeps its nulls. */
  merge(patch: Node): void;
  /** Merges a value at a path, a null deletes it; untyped text takes a type. */
  set(segments: readonly Segment[], value: Node, claims?: Claims): void;
  /** Replaces the whole tree by what `change` makes of it; nodes that stay keep their bytes. What it throws is reported. */
  transform(change: (root: Node, replaced: Replaced) => Node): void;
  /** The value a path addresses, if it exists. Throws a Problem when the path is ambiguous. */
  find(segments: readonly Segment[]): Node | undefined;
}

/** The merged document of a format whose keys nest. */
export class Tree implements MergedTree {
  #root: Node | undefined;
  readonly #options: TreeOptions;
  readonly overrode = new Map<Node, Node>();

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  get root(): Node {
    return this.#root ?? EditableMap.from(plainOrigin("no source"));
  }

  merge(patch: Node): void {
    this.#root = this.#root === undefined ? patch : this.#merge(this.#root, patch, []);
  }

  set(segments: readonly Segment[], value: Node, claims?: Claims): void {
    this.#attempt(() => {
      this.#root = this.#descend(this.#root, segments, 0, [], (existing, path) => {
        claim(claims, path, value.origin);
        if (value.kind === "null") return undefined;
        return this.#merge(existing, value, path);
      });
    });
  }

  transform(change: (root: Node, replaced: Replaced) => Node): void {
    this.#attempt(() => {
      this.#root = change(this.root, (previous, next) => this.#replacing(previous, next));
    });
  }

  find(segments: readonly Segment[]): Node | undefined {
    let node = this.#root;
    for (let index = 0; index < segments.length; ) {
      if (node?.kind === "map") {
        const { key, consumed } = matchKey(node, segments, index, []);
        node = node.entries.get(key);
        index += consumed;
      } else if (node?.kind === "list") {
        const { text } = segments[index] as Segment;
        node = /^[0-9]+$/.test(text) ? node.items[Number(text)] : undefined;
        index++;
      } else return undefined;
    }
    return node;
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      for (const problem of problemsOf(error)) this.#options.report(problem);
    }
  }

  #descend(
    node: Node | undefined,
    segments: readonly Segment[],
    index: number,
    path: Path,
    apply: (existing: Node | undefined, path: Path) => Node | undefined,
  ): Node | undefined {
    if (index === segments.length) return apply(node, path);
    if (node?.kind === "list") return this.#descendList(node, segments, index, path, apply);
    const map = node?.kind === "map" ? node : undefined;
    const match = map && matchKey(map, segments, index, path);
    const key = match?.key ?? (segments[index] as Segment).text;
    const existing = map?.entries.get(key);
    const next = this.#descend(existing, segments, index + (match?.consumed ?? 1), [...path, key], apply);
    if (next === existing) return node;
    const target =
      map === undefined ? this.#replacing(node, EditableMap.from((next as Node).origin)) : EditableMap.of(map);
    if (next === undefined) target.delete(key);
    else target.set(key, next);
    return target;
  }

  #descendList(
    node: ListNode,
    segments: readonly Segment[],
    index: number,
    path: Path,
    apply: (existing: Node | undefined, path: Path) => Node | undefined,
  ): Node {
    const { text } = segments[index] as Segment;
    const position = /^[0-9]+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
    if (position > node.items.length) {
      const what = Number.isFinite(position) ? `has ${node.items.length} elements` : "is a list";
      throw new Problem(
        "merge",
        `${formatPath([...path, text])}: ${formatPath(path)} (${node.origin.at(node.start)}) ${what}`,
        {
          hint: `address an element by its index; ${node.items.length} appends one`,
        },
      );
    }
    const existing = node.items[position];
    const next = this.#descend(existing, segments, index + 1, [...path, position], apply);
    if (next === existing) return node;
    const list = EditableList.of(node);
    if (next === undefined) list.items.splice(position, 1);
    else list.items[position] = next;
    return list;
  }

  #merge(target: Node | undefined, patch: Node, path: Path): Node {
    if (patch.kind === "map") return this.#mergeMap(target, patch, path);
    if (patch.kind === "list") {
      if (target?.kind !== "list") return this.#replacing(target, patch);
      const merged = mergeLists(target, patch, this.#options.arrays, path, (a, b, at) => this.#merge(a, b, at));
      return merged === patch ? this.#replacing(target, patch) : merged;
    }
    return this.#replacing(target, patch.origin.untyped ? this.#coerce(patch, target, path) : patch);
  }

  #coerce(text: Scalar, target: Node | undefined, path: Path): Scalar {
    return coerce(text, target, this.#options.expected?.(path), this.#options.number, path);
  }

  #mergeMap(target: Node | undefined, patch: MapNode, path: Path): MapNode {
    const map = target?.kind === "map" ? EditableMap.of(target) : this.#replacing(target, EditableMap.emptyLike(patch));
    for (const [key, value] of patch.entries) {
      if (value.kind === "null") this.#deleteBy(value, map, key, path);
      else {
        const existing = map.entries.get(key);
        if (existing === undefined) this.#warnOfSiblings(map, key, value, path);
        this.#attempt(() => map.set(key, this.#merge(existing, value, [...path, key])));
      }
    }
    return map;
  }

  #deleteBy(value: Scalar, map: EditableMap, key: string, path: Path): void {
    const isEmpty = value.start === value.end && value.end > 0;
    if (isEmpty && map.entries.has(key)) {
      const where = value.origin.at(value.start);
      this.#options.warn(`${where}: ${formatPath([...path, key])} has no value, which is null and deletes the key`);
    }
    map.delete(key);
  }

  #warnOfSiblings(map: EditableMap, key: string, value: Node, path: Path): void {
    for (const sibling of similarKeys(map, key)) {
      const [here, there] = [formatPath([...path, key]), formatPath([...path, sibling])];
      this.#options.warn(`${here} (${value.origin.at(value.start)}) and ${there} differ only in case; both are kept`);
    }
  }

  /** Remembers that `next` stands where `previous` stood. */
  #replacing<N extends Node>(previous: Node | undefined, next: N): N {
    if (previous !== undefined && previous !== next && isScalar(previous)) this.overrode.set(next, previous);
    return next;
  }
}
