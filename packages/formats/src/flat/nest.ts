import type { Separator } from "../format.ts";
import { isScalar, type ListNode, type MapNode, type Node, type Scalar } from "../node.ts";
import { Problem } from "../problem.ts";

interface Branch {
  readonly children: Map<string, Node | Branch>;
  readonly from: Node;
}

const isBranch = (value: Node | Branch): value is Branch => "children" in value;

/**
 * The tree that the keys of a flat file stand for: `a.b` is `b` in `a`, and in properties `a[0]` is an element. A key
 * that is both a value and a parent is exit status 4.
 */
export function nest(flat: MapNode, separator: Separator): MapNode {
  const root: Branch = { children: new Map(), from: flat };
  for (const [key, value] of flat.entries) place(root, splitKey(key, separator), value, key);
  return toMap(root);
}

/** The steps of a flat key. One with an empty step is a single key. */
function splitKey(key: string, separator: Separator): string[] {
  const steps = key.split(separator);
  if (steps.includes("")) return [key];
  return separator === "." ? steps.flatMap((step) => step.replace(/\[([0-9]+)\](?=\[|$)/g, "\0$1").split("\0")) : steps;
}

function place(root: Branch, steps: readonly string[], value: Node, key: string): void {
  let branch = root;
  for (const [index, step] of steps.entries()) {
    const existing = branch.children.get(step);
    const isLast = index === steps.length - 1;
    if (existing !== undefined && (isLast || !isBranch(existing))) {
      throw new Problem(
        "merge",
        `${value.origin.at(value.start)}: ${key} cannot nest: ${steps.slice(0, index + 1).join(".")} is a value and a parent`,
        {
          hint: "rename one of the two keys, or keep the flat format for the output",
        },
      );
    }
    if (isLast) branch.children.set(step, value);
    else {
      const next: Branch =
        existing !== undefined && isBranch(existing) ? existing : { children: new Map(), from: value };
      branch.children.set(step, next);
      branch = next;
    }
  }
}

function toNode(value: Node | Branch): Node {
  if (!isBranch(value)) return value;
  const keys = [...value.children.keys()];
  if (!keys.every((key, index) => key === String(index))) return toMap(value);
  const { origin, start, end } = value.from;
  return { kind: "list", items: Array.from(value.children.values(), toNode), origin, start, end } satisfies ListNode;
}

function toMap({ children, from: { origin, start, end } }: Branch): MapNode {
  const entries = new Map(children.entries().map(([key, inner]): [string, Node] => [key, toNode(inner)]));
  return { kind: "map", entries, origin, start, end };
}

/** The flat key of a child: `a.b`, `a[0]`, `A__B`. */
export function joinKey(prefix: string, key: string | number, separator: Separator): string {
  if (prefix === "") return String(key);
  return typeof key === "number" && separator === "." ? `${prefix}[${key}]` : `${prefix}${separator}${key}`;
}

/** The scalars of a tree by their flat keys: what `nest` makes a tree of. */
export function* flatten(node: Node, separator: Separator, prefix = ""): Generator<[key: string, value: Scalar]> {
  if (isScalar(node)) yield [prefix, node];
  else {
    const children: Iterable<[string | number, Node]> = node.kind === "map" ? node.entries : node.items.entries();
    for (const [key, child] of children) yield* flatten(child, separator, joinKey(prefix, key, separator));
  }
}
