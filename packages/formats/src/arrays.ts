import { EditableList } from "./editable.ts";
import { isScalar, type ListNode, type MapNode, type Node } from "./node.ts";
import { formatPath } from "./path.ts";
import { Problem } from "./problem.ts";

/** How lists merge: by replacement as in RFC 7396, by appending, element by element, or by a key of their maps. */
export type ArrayStrategy = "replace" | "append" | "index" | { readonly by: string };

type Path = readonly (string | number)[];
type Merge = (target: Node | undefined, patch: Node, path: Path) => Node;

/** Merges the list `patch` over `target`. Elements that cannot be told apart by their key are exit status 4. */
export function mergeLists(
  target: ListNode,
  patch: ListNode,
  strategy: ArrayStrategy,
  path: Path,
  merge: Merge,
): ListNode {
  if (strategy === "replace") return patch;
  if (strategy === "append") {
    const list = EditableList.of(target);
    list.items.push(...patch.items);
    return list;
  }
  if (strategy === "index") {
    const list = EditableList.of(target);
    for (const [index, item] of patch.items.entries()) {
      list.items[index] = merge(list.items[index], item, [...path, index]);
    }
    return list;
  }
  return mergeByKey(target, patch, strategy.by, path, merge);
}

function mergeByKey(target: ListNode, patch: ListNode, key: string, path: Path, merge: Merge): ListNode {
  if (!hasMaps(target) || !hasMaps(patch)) return patch;
  const list = EditableList.of(target);
  const positions = identify(target, key, path);
  for (const [name, from] of identify(patch, key, path)) {
    const item = patch.items[from] as Node;
    const index = positions.get(name) ?? list.items.length;
    list.items[index] = merge(list.items[index], item, [...path, index]);
  }
  return list;
}

const hasMaps = (list: ListNode) => list.items.some((item) => item.kind === "map");

/** The position of each element by the value of its key. */
function identify(list: ListNode, key: string, path: Path): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [index, item] of list.items.entries()) {
    const value = (item as MapNode).entries?.get(key);
    const where = `${formatPath([...path, index])} (${item.origin.at(item.start)})`;
    if (value === undefined || !isScalar(value)) {
      throw new Problem("merge", `${where} has no ${key}, by which the elements of this list are merged`, {
        hint: `give every element a ${key}, or choose another value for arrays`,
      });
    }
    const name = `${value.kind}:${value.text}`;
    if (positions.has(name)) {
      throw new Problem("merge", `${where} has the same ${key} as an element before it`, {
        hint: `make every ${key} of the list unique`,
      });
    }
    positions.set(name, index);
  }
  return positions;
}
