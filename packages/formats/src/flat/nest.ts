import type { Separator } from "../format.ts";
import type { ListNode, MapNode, Node } from "../node.ts";
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
  return toNode(root) as MapNode;
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
  const { origin, start, end } = value.from;
  const keys = [...value.children.keys()];
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) {
    return { kind: "list", items: Array.from(value.children.values(), toNode), origin, start, end } satisfies ListNode;
  }
  const entries = new Map(value.children.entries().map(([key, inner]): [string, Node] => [key, toNode(inner)]));
  return { kind: "map", entries, origin, start, end };
}

/** The flat key of a child: `a.b`, `a[0]`, `A__B`. */
export function joinKey(prefix: string, key: string | number, separator: Separator): string {
  if (prefix === "") return String(key);
  return typeof key === "number" && separator === "." ? `${prefix}[${key}]` : `${prefix}${separator}${key}`;
}
