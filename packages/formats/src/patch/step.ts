import { EditableList, EditableMap } from "../editable.ts";
import type { Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";
import type { Replaced } from "../tree.ts";
import type { Operation } from "./operations.ts";
import { sameValue } from "./same.ts";

/** One operation on one document. What is impossible, and a test that fails, is exit status 4. */
export class Step {
  readonly #root: Node;
  readonly #operation: Operation;
  readonly #replaced: Replaced;

  constructor(root: Node, operation: Operation, replaced: Replaced) {
    this.#root = root;
    this.#operation = operation;
    this.#replaced = replaced;
  }

  apply(): Node {
    const operation = this.#operation;
    const { path } = operation;
    switch (operation.op) {
      case "add":
        return this.#add(this.#root, path, operation.value);
      case "remove":
        this.#find(path);
        return this.#remove(path);
      case "replace":
        return this.#replace(path, operation.value);
      case "move":
        return this.#move(operation.from, path);
      case "copy":
        return this.#add(this.#root, path, detached(this.#find(operation.from)));
      case "test":
        if (!sameValue(this.#find(path), operation.value))
          throw this.#impossible(path, "does not have the value that the test asks for");
        return this.#root;
    }
  }

  #add(root: Node, path: readonly string[], value: Node): Node {
    return this.#within(root, path, 0, value, (container, step) => {
      if (container instanceof EditableMap) {
        this.#note(container.entries.get(step), value);
        container.set(step, value);
        return;
      }
      const index = step === "-" ? container.items.length : indexOf(step);
      if (index === undefined || index > container.items.length)
        throw this.#impossible(path, `is no place in a list of ${container.items.length} elements`);
      container.items.splice(index, 0, value);
    });
  }

  #replace(path: readonly string[], value: Node): Node {
    this.#note(this.#find(path), value);
    return this.#within(this.#root, path, 0, value, (container, step) => put(container, step, value));
  }

  #remove(path: readonly string[]): Node {
    if (path.length === 0) throw this.#impossible(path, "cannot be removed: nothing would be left");
    return this.#within(this.#root, path, 0, undefined, (container, step) => {
      if (container instanceof EditableMap) container.delete(step);
      else container.items.splice(Number(step), 1);
    });
  }

  #move(from: readonly string[], path: readonly string[]): Node {
    const value = this.#find(from);
    const isInside = from.every((step, index) => step === path[index]);
    if (isInside && path.length === from.length) return this.#root;
    if (isInside) throw this.#impossible(path, `lies inside ${formatPath(from)}, which cannot be moved into itself`);
    return this.#add(this.#remove(from), path, value);
  }

  /** Lets `edit` change an editable copy of what holds the last step of `path`; for the root, `whole` takes its place. */
  #within(
    node: Node,
    path: readonly string[],
    depth: number,
    whole: Node | undefined,
    edit: (container: EditableMap | EditableList, step: string) => void,
  ): Node {
    if (path.length === 0) return whole as Node;
    if (node.kind !== "map" && node.kind !== "list")
      throw this.#impossible(path, `cannot be reached: ${formatPath(path.slice(0, depth))} is a ${node.kind}`);
    const step = path[depth] as string;
    const container = node.kind === "map" ? EditableMap.of(node) : EditableList.of(node);
    if (depth === path.length - 1) edit(container, step);
    else {
      const child = childOf(node, step);
      if (child === undefined)
        throw this.#impossible(path, `cannot be reached: there is no ${formatPath(path.slice(0, depth + 1))}`);
      put(container, step, this.#within(child, path, depth + 1, whole, edit));
    }
    return container;
  }

  #find(path: readonly string[]): Node {
    let node: Node | undefined = this.#root;
    for (const step of path) node = node && childOf(node, step);
    if (node === undefined) throw this.#impossible(path, "does not exist");
    return node;
  }

  #note(previous: Node | undefined, next: Node): void {
    if (previous !== undefined) this.#replaced(previous, next);
  }

  #impossible(path: readonly string[], why: string): Problem {
    const { at, op } = this.#operation;
    return new Problem("merge", `${at}: ${op} cannot be done: ${formatPath(path)} ${why}`, {
      hint: "pointers match keys exactly; operations see what the sources before them gave",
    });
  }
}

function childOf(node: Node, step: string): Node | undefined {
  if (node.kind === "map") return node.entries.get(step);
  const index = node.kind === "list" ? indexOf(step) : undefined;
  return index === undefined || node.kind !== "list" ? undefined : node.items[index];
}

/** An index of a list (RFC 6901, section 4): digits without leading zeros. */
function indexOf(step: string): number | undefined {
  return /^(?:0|[1-9][0-9]*)$/.test(step) ? Number(step) : undefined;
}

function put(container: EditableMap | EditableList, step: string, value: Node): void {
  if (container instanceof EditableMap) container.set(step, value);
  else container.items[Number(step)] = value;
}

/** A copy that does not change with its original. Nodes of sources never change, and need none. */
function detached(node: Node): Node {
  if (node instanceof EditableMap) {
    const copy = EditableMap.emptyLike(node);
    for (const [key, value] of node.entries) copy.set(key, detached(value));
    return copy;
  }
  if (node instanceof EditableList) return { ...node, kind: "list", items: node.items.map(detached) };
  return node;
}
