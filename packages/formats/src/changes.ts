import { equal, isScalar, type ListNode, type MapNode, type Node } from "./node.ts";

export type Path = readonly (string | number)[];

/** New elements of a list by the index of the old one they go before; those at the end have the list's length. */
export type Additions = ReadonlyMap<number, readonly Node[]>;

/** How a format writes the difference between a document and the merged tree. `path` is for messages. */
export interface Editor {
  /** Writes `next` in the place of `old`. */
  replace(old: Node, next: Node, path: Path): void;
  /** Removes and appends members of a map. At least one of the two is not empty. */
  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void;
  /** Removes and adds elements of a list. At least one of the two is not empty; what is added has no removed one before it. */
  editList(old: ListNode, removed: ReadonlySet<number>, added: Additions, path: Path): void;
  /** Whether the text of `old` can become `next` in parts; an alias, for one, can only be replaced as a whole. */
  editable(old: MapNode | ListNode, next: MapNode | ListNode): boolean;
}

/** Tells `editor` the smallest set of edits that turns `base` into `merged`. Untouched subtrees are not visited. */
export function applyChanges(base: Node, merged: Node, editor: Editor, path: Path = []): void {
  if (base === merged) return;
  if (base.kind === "map" && merged.kind === "map" && editor.editable(base, merged)) {
    changeMap(base, merged, editor, path);
  } else if (base.kind === "list" && merged.kind === "list" && editor.editable(base, merged)) {
    changeList(base, merged, editor, path);
  } else if (!equal(base, merged)) {
    editor.replace(base, merged, path);
  }
}

function changeMap(base: MapNode, merged: MapNode, editor: Editor, path: Path): void {
  const removed = new Set<string>();
  for (const [key, value] of base.entries) {
    const next = merged.entries.get(key);
    if (next === undefined) removed.add(key);
    else if (next !== value) applyChanges(value, next, editor, [...path, key]);
  }
  const added = new Map<string, Node>();
  for (const [key, value] of merged.entries) if (!base.entries.has(key)) added.set(key, value);
  if (removed.size > 0 || added.size > 0) editor.editMap(base, removed, added, path);
}

function changeList(base: ListNode, merged: ListNode, editor: Editor, path: Path): void {
  const pairs = pairElements(base, merged);
  const removed = new Set(base.items.keys().filter((index) => !pairs.has(index)));
  const added = new Map<number, readonly Node[]>();
  let behind = 0;
  for (const [from, to] of [...pairs, [base.items.length, merged.items.length] as const]) {
    if (behind < to) added.set(from, merged.items.slice(behind, to));
    behind = to + 1;
    if (from < base.items.length)
      applyChanges(base.items[from] as Node, merged.items[to] as Node, editor, [...path, from]);
  }
  if (removed.size > 0 || added.size > 0) editor.editList(base, removed, added, path);
}

/**
 * Which element of `merged` is written in the place of which one of `base`, by their indices in ascending order: those that
 * survive, changed or not, and between them the others by position.
 */
export function pairElements(base: ListNode, merged: ListNode): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  let from = 0;
  let to = 0;
  for (const [kept, at] of [...survivors(base, merged), [base.items.length, merged.items.length] as const]) {
    while (from < kept && to < at) pairs.set(from++, to++);
    if (kept < base.items.length) pairs.set(kept, at);
    from = kept + 1;
    to = at + 1;
  }
  return pairs;
}

/** The elements of `base`, changed or not, that stand in `merged` in the same order: their index in each. */
function* survivors(base: ListNode, merged: ListNode): Generator<readonly [old: number, next: number]> {
  const indices = new Map(base.items.entries().map(([index, item]) => [item, index]));
  let last = -1;
  for (const [at, item] of merged.items.entries()) {
    const index = indices.get(item) ?? (isScalar(item) || item.base === undefined ? undefined : indices.get(item.base));
    if (index === undefined || index <= last) continue;
    last = index;
    yield [index, at];
  }
}
