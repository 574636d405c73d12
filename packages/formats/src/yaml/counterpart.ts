import type { Path } from "../changes.ts";
import type { ListNode, Node } from "../node.ts";

/** What has become of the node at `path` of the base; elements may have moved up where others before them are gone. */
export function counterpart(base: Node, merged: Node, path: Path): Node | undefined {
  let old: Node | undefined = base;
  let node: Node | undefined = merged;
  for (const step of path) {
    if (old?.kind === "map" && node?.kind === "map") {
      old = old.entries.get(String(step));
      node = node.entries.get(String(step));
    } else if (old?.kind === "list" && node?.kind === "list") {
      const element: Node | undefined = old.items[Number(step)];
      node =
        node.items.find((item) => isCopyOf(item, element)) ??
        (movedUp(old, node) ? undefined : node.items[Number(step)]);
      old = element;
    } else return undefined;
  }
  return node;
}

function isCopyOf(node: Node, original: Node | undefined): boolean {
  return (
    node === original ||
    ((node.kind === "map" || node.kind === "list") && node.base !== undefined && node.base === original)
  );
}

function movedUp(old: ListNode, node: ListNode): boolean {
  return node.items.length < old.items.length;
}
