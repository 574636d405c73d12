import { equal, type ListNode, type MapNode, type Node } from "./node.ts";

export type Path = readonly (string | number)[];

/** How a format writes the difference between a document and the merged tree. `path` is for messages. */
export interface Editor {
  /** Writes `next` in the place of `old`. */
  replace(old: Node, next: Node, path: Path): void;
  /** Removes and appends members of a map. At least one of the two is not empty. */
  editMap(old: MapNode, removed: ReadonlySet<string>, added: ReadonlyMap<string, Node>, path: Path): void;
  /** Removes and appends elements of a list. At least one of the two is not empty. */
  editList(old: ListNode, removed: ReadonlySet<number>, added: readonly Node[], path: Path): void;
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
  const removed = removedElements(base, merged);
  if (removed !== undefined) {
    editor.editList(base, removed, [], path);
    return;
  }
  const common = Math.min(base.items.length, merged.items.length);
  for (let index = 0; index < common; index++) {
    applyChanges(base.items[index] as Node, merged.items[index] as Node, editor, [...path, index]);
  }
  const rest = new Set(base.items.keys().filter((index) => index >= common));
  const added = merged.items.slice(common);
  if (rest.size > 0 || added.length > 0) editor.editList(base, rest, added, path);
}

/** The indices that are gone, when the merged list is the base without some elements; else position is identity. */
function removedElements(base: ListNode, merged: ListNode): Set<number> | undefined {
  if (merged.items.length === 0 || merged.items.length >= base.items.length) return undefined;
  const removed = new Set<number>();
  let at = 0;
  for (const [index, item] of base.items.entries()) {
    if (item === merged.items[at]) at++;
    else removed.add(index);
  }
  return at === merged.items.length ? removed : undefined;
}
