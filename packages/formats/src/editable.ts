import type { ListNode, MapNode, Node } from "./node.ts";
import type { Origin } from "./origin.ts";

/** A map of the merged tree: the one kind of map that changes. Its entries may be nodes of any source. */
export class EditableMap implements MapNode {
  readonly kind = "map";
  readonly entries: Map<string, Node>;
  readonly origin: Origin;
  readonly start: number;
  readonly end: number;
  readonly base?: MapNode;
  readonly tag?: string;
  #folded: Map<string, string[]> | undefined;

  private constructor(from: MapNode, entries: Map<string, Node>, base: MapNode | undefined) {
    this.entries = entries;
    this.origin = from.origin;
    this.start = from.start;
    this.end = from.end;
    if (base !== undefined) this.base = base;
    if (from.tag !== undefined) this.tag = from.tag;
  }

  /** The map itself when it is editable, else an editable copy. */
  static of(node: MapNode): EditableMap {
    return node instanceof EditableMap ? node : new EditableMap(node, new Map(node.entries), node);
  }

  /** A map without entries that stands where `from` does. */
  static emptyLike(from: MapNode): EditableMap {
    return new EditableMap(from, new Map(), undefined);
  }

  static from(origin: Origin, start = 0): EditableMap {
    return new EditableMap({ kind: "map", entries: new Map(), origin, start, end: start }, new Map(), undefined);
  }

  set(key: string, value: Node): void {
    if (!this.entries.has(key)) this.#folded = undefined;
    this.entries.set(key, value);
  }

  delete(key: string): void {
    if (this.entries.delete(key)) this.#folded = undefined;
  }

  /** The keys that are equal to `key` ignoring case. */
  similar(key: string): readonly string[] {
    this.#folded ??= Map.groupBy(this.entries.keys(), fold);
    return this.#folded.get(fold(key)) ?? [];
  }
}

const fold = (key: string) => key.toLowerCase();

/** The keys of any map that are equal to `key` ignoring case. */
export function similarKeys(map: MapNode, key: string): readonly string[] {
  if (map instanceof EditableMap) return map.similar(key);
  const folded = fold(key);
  return [...map.entries.keys().filter((candidate) => fold(candidate) === folded)];
}

/** A list of the merged tree. */
export class EditableList implements ListNode {
  readonly kind = "list";
  readonly items: Node[];
  readonly origin: Origin;
  readonly start: number;
  readonly end: number;
  readonly base?: ListNode;
  readonly tag?: string;

  private constructor(from: ListNode) {
    this.items = [...from.items];
    this.origin = from.origin;
    this.start = from.start;
    this.end = from.end;
    this.base = from;
    if (from.tag !== undefined) this.tag = from.tag;
  }

  static of(node: ListNode): EditableList {
    return node instanceof EditableList ? node : new EditableList(node);
  }
}
