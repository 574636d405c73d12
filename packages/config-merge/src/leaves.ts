import { isScalar, type Node, type Scalar } from "@outrigger/formats/node";

export type Path = readonly (string | number)[];

/** A value without children, or an empty map or list. */
export interface Leaf {
  readonly path: Path;
  readonly node: Node;
}

/** The leaves of a tree in document order. */
export function* leavesOf(node: Node, path: Path = []): Generator<Leaf> {
  if (node.kind === "map" && node.entries.size > 0) {
    for (const [key, value] of node.entries) yield* leavesOf(value, [...path, key]);
  } else if (node.kind === "list" && node.items.length > 0) {
    for (const [index, item] of node.items.entries()) yield* leavesOf(item, [...path, index]);
  } else {
    yield { path, node };
  }
}

/** A leaf for people, on one line. */
export function showLeaf(node: Node): string {
  if (node.kind === "map") return "{}";
  if (node.kind === "list") return "[]";
  return isScalar(node) && node.kind === "string" ? JSON.stringify(node.text) : (node as Scalar).text;
}
