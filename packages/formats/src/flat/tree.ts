import { claim } from "../claims.ts";
import { EditableMap } from "../editable.ts";
import type { Separator } from "../format.ts";
import { existingKey } from "../lookup.ts";
import { isScalar, type MapNode, type Node } from "../node.ts";
import { plainOrigin } from "../origin.ts";
import type { Segment } from "../path.ts";
import { Problem, problemsOf } from "../problem.ts";
import type { Claims, MergedTree, Replaced } from "../tree.ts";
import { flatten, joinKey, nest } from "./nest.ts";

/**
 * The merged document of a format whose keys are flat (properties, dotenv). Nested sources are flattened over it, with
 * the same rules: null deletes, a scalar replaces what was below its key, a list replaces the whole list.
 */
export class FlatTree implements MergedTree {
  readonly overrode = new Map<Node, Node>();
  readonly #separator: Separator;
  readonly #report: (problem: Problem) => void;
  #base: MapNode | undefined;
  #root: EditableMap | undefined;

  constructor(separator: Separator, report: (problem: Problem) => void) {
    this.#separator = separator;
    this.#report = report;
  }

  get root(): Node {
    return this.#root ?? this.#base ?? EditableMap.from(plainOrigin("no source"));
  }

  merge(patch: Node): void {
    if (this.#base === undefined && patch.kind === "map" && [...patch.entries.values()].every(isScalar))
      this.#base = patch;
    else this.#lay("", patch);
  }

  mergeFlat(patch: MapNode): void {
    if (this.#base === undefined) this.#base = patch;
    else for (const [key, value] of patch.entries) this.#put(key, value);
  }

  set(segments: readonly Segment[], value: Node, claims?: Claims): void {
    try {
      const key = this.#keyOf(segments);
      claim(claims, [key], value.origin);
      if (isScalar(value) && value.kind !== "null" && value.origin.untyped) this.#put(key, value);
      else this.#lay(key, value);
    } catch (error) {
      for (const problem of problemsOf(error)) this.#report(problem);
    }
  }

  transform(change: (root: Node, replaced: Replaced) => Node): void {
    try {
      const before = this.root as MapNode;
      const nested = nest(before, this.#separator);
      const keys = new Map(before.entries.entries().map(([key, node]) => [node, key]));
      // A key that stays keeps its spelling: `a.0` and `a[0]` are the same place.
      const spellings = new Map(flatten(nested, this.#separator).map(([key, node]) => [key, keys.get(node) ?? key]));
      const changed = change(nested, (previous, next) => this.overrode.set(next, previous));
      if (changed.kind !== "map") throw noMap(changed);
      const after = new Map(flatten(changed, this.#separator).map(([key, node]) => [spellings.get(key) ?? key, node]));
      for (const key of before.entries.keys()) if (!after.has(key)) this.#writable.delete(key);
      for (const [key, node] of after) if (before.entries.get(key) !== node) this.#writable.set(key, node);
    } catch (error) {
      for (const problem of problemsOf(error)) this.#report(problem);
    }
  }

  find(segments: readonly Segment[]): Node | undefined {
    const root = this.root as MapNode;
    const key = this.#keyOf(segments);
    return root.entries.get(key) ?? this.#below(key).map((name) => root.entries.get(name))[0];
  }

  /** The existing key that segments address, with `[0]` or `.0` for an element; else a new one. */
  #keyOf(segments: readonly Segment[]): string {
    const root = this.root as MapNode;
    const texts = segments.map(({ text }) => text);
    const joined = texts.join(this.#separator);
    const bracketed = texts.reduce(
      (key, text) => joinKey(key, /^[0-9]+$/.test(text) ? Number(text) : text, this.#separator),
      "",
    );
    const existing = existingKey(root, joined, []) ?? existingKey(root, bracketed, []);
    if (existing !== undefined) return existing;
    const list = bracketed.replace(/\[[0-9]+\]$/, "");
    return list !== bracketed && this.#below(list).length > 0 ? bracketed : joined;
  }

  #lay(key: string, value: Node): void {
    if (isScalar(value)) {
      for (const name of this.#below(key)) this.#writable.delete(name);
      if (value.kind === "null") this.#writable.delete(key);
      else this.#put(key, value);
      return;
    }
    if (key !== "") this.#writable.delete(key);
    if (value.kind === "list") {
      for (const name of this.#below(key)) this.#writable.delete(name);
      for (const [index, item] of value.items.entries()) this.#lay(joinKey(key, index, this.#separator), item);
    } else {
      for (const [name, item] of value.entries) this.#lay(joinKey(key, name, this.#separator), item);
    }
  }

  #put(key: string, value: Node): void {
    const previous = this.#writable.entries.get(key);
    if (previous !== undefined) this.overrode.set(value, previous);
    this.#writable.set(key, value);
  }

  get #writable(): EditableMap {
    this.#root ??= this.#base === undefined ? EditableMap.from(plainOrigin("set")) : EditableMap.of(this.#base);
    return this.#root;
  }

  /** The keys below a key. */
  #below(key: string): string[] {
    if (key === "") return [];
    const starts = [`${key}${this.#separator}`, ...(this.#separator === "." ? [`${key}[`] : [])];
    return [...(this.root as MapNode).entries.keys()].filter((name) => starts.some((start) => name.startsWith(start)));
  }
}

function noMap(root: Node): Problem {
  return new Problem("merge", `${root.origin.at(root.start)}: the root is no map, which a format of keys needs`, {
    hint: "give a map, or choose another format for the output",
  });
}
