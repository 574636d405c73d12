import type { MapNode, Node } from "../node.ts";
import { Problem, Problems } from "../problem.ts";
import { parsePointer } from "./pointer.ts";

/** One operation of a JSON Patch (RFC 6902, section 4). Pointers are steps from the root. */
export type Operation = {
  readonly path: readonly string[];
  /** The operation's place, for messages: `file:line:col`. */
  readonly at: string;
} & (
  | { readonly op: "add" | "replace" | "test"; readonly value: Node }
  | { readonly op: "remove" }
  | { readonly op: "move" | "copy"; readonly from: readonly string[] }
);

/**
 * Reads a document as a list of operations. Members that RFC 6902 does not define are ignored, as it asks. Throws Problems
 * (exit status 4) with everything that is wrong and its place.
 */
export function readOperations(root: Node): Operation[] {
  if (root.kind !== "list") {
    throw new Problem("malformed", `${root.origin.at(root.start)}: a patch is a list of operations`, {
      hint: 'write [{ "op": "replace", "path": "/a/b", "value": 1 }] (RFC 6902); other files go under file:',
    });
  }
  const problems: Problem[] = [];
  const operations: Operation[] = [];
  for (const item of root.items) {
    const operation = readOperation(item);
    if (operation instanceof Problem) problems.push(operation);
    else operations.push(operation);
  }
  if (problems.length > 0) throw new Problems(problems);
  return operations;
}

const names = ["add", "remove", "replace", "move", "copy", "test"] as const;

function readOperation(node: Node): Operation | Problem {
  if (node.kind !== "map") return malformed(node, "an operation is a map with op and path");
  const op = names.find((name) => name === textOf(node, "op"));
  if (op === undefined) return malformed(node.entries.get("op") ?? node, `op must be one of ${names.join(", ")}`);
  const path = pointerOf(node, "path");
  if (path instanceof Problem) return path;
  const at = node.origin.at(node.start);
  if (op === "remove") return { op, path, at };
  if (op === "move" || op === "copy") {
    const from = pointerOf(node, "from");
    return from instanceof Problem ? from : { op, path, from, at };
  }
  const value = node.entries.get("value");
  return value === undefined ? malformed(node, `${op} needs a value; null is written out`) : { op, path, value, at };
}

function pointerOf(node: MapNode, key: "path" | "from"): string[] | Problem {
  const text = textOf(node, key);
  const steps = text === undefined ? undefined : parsePointer(text);
  return steps ?? malformed(node.entries.get(key) ?? node, `${key} must be a JSON Pointer, such as /a/b or ""`);
}

function textOf(node: MapNode, key: string): string | undefined {
  const value = node.entries.get(key);
  return value?.kind === "string" ? value.text : undefined;
}

function malformed(node: Node, what: string): Problem {
  return new Problem("malformed", `${node.origin.at(node.start)}: ${what}`, { hint: "see RFC 6902" });
}
