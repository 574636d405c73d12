import type { ArrayStrategy } from "../src/arrays.ts";
import { untypedText } from "../src/coerce.ts";
import { FlatTree } from "../src/flat/tree.ts";
import { type FormatName, loadFormat } from "../src/format.ts";
import { isScalar, type Node, scalar } from "../src/node.ts";
import { plainOrigin } from "../src/origin.ts";
import { Patch } from "../src/patch/patch.ts";
import { parsePath } from "../src/path.ts";
import { type Problem, Problems } from "../src/problem.ts";
import { SourceText } from "../src/source-text.ts";
import { type MergedTree, Tree } from "../src/tree.ts";

/** One change of a test: text to set at a path, null to delete it, a document to merge, or a JSON Patch. */
export type Change =
  | readonly [path: string, text: string | null]
  | { readonly patch: string }
  | { readonly merge: string; readonly format?: FormatName };

export interface Edited {
  readonly text: string;
  readonly tree: MergedTree;
  readonly warnings: readonly string[];
}

/** Parses `text`, applies the changes in order, and writes the differences back. Throws Problems. */
export async function edit(
  name: FormatName,
  text: string,
  changes: readonly Change[],
  arrays: ArrayStrategy = "replace",
): Promise<Edited> {
  const format = await loadFormat(name);
  const document = format.parse(new SourceText("base", text, { untyped: format.untyped }));
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const report = (problem: Problem) => problems.push(problem);
  const { number, separator } = format;
  const tree = separator === undefined ? new Tree({ arrays, number, warn, report }) : new FlatTree(separator, report);
  tree.merge(document.root);
  for (const change of changes) {
    if ("merge" in change) {
      const patch = await loadFormat(change.format ?? name);
      tree.merge(patch.parse(new SourceText("patch", change.merge, { untyped: patch.untyped })).root);
    } else if ("patch" in change) {
      const patch = Patch.of((await loadFormat("json")).parse(new SourceText("patch", change.patch)).root);
      tree.transform((root, replaced) => patch.apply(root, replaced));
    } else {
      const [path, value] = change;
      const origin = plainOrigin("test", { untyped: true });
      tree.set(parsePath(path), value === null ? scalar("null", "null", origin) : untypedText(value, origin));
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return { text: document.edit(tree.root), tree, warnings };
}

/** The plain value of a text. */
export async function read(name: FormatName, text: string): Promise<unknown> {
  return plain((await loadFormat(name)).parse(new SourceText("text", text)).root);
}

/** A tree as plain data: numbers as their digits in an object, so that spelling counts. */
export function plain(node: Node): unknown {
  if (node.kind === "map") {
    const result = Object.create(null) as Record<string, unknown>;
    for (const [key, value] of node.entries) result[key] = plain(value);
    return result;
  }
  if (node.kind === "list") return node.items.map(plain);
  if (!isScalar(node) || node.kind === "string") return (node as { text: string }).text;
  if (node.kind === "null") return null;
  return node.kind === "boolean" ? node.text === "true" : { [node.kind]: node.text };
}
