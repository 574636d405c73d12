import { formatPath } from "@outrigger/formats/path";
import type { MergedTree } from "@outrigger/formats/tree";
import { leavesOf, type Path, showLeaf } from "./leaves.ts";
import type { MergePlan } from "./plan.ts";
import { isSecretPath } from "./secret-keys.ts";

/**
 * `--explain`: one line per leaf with its path, its value (masked when secret), where it comes from, what it overrode,
 * and the variable that would set it.
 */
export function explainTree(tree: MergedTree, plan: MergePlan): string[] {
  const prefix = plan.sources.find((source) => source.kind === "environment")?.prefix ?? "";
  return Array.from(leavesOf(tree.root), ({ path, node }) => {
    const value = node.origin.secret || isSecretPath(path) ? "***" : showLeaf(node);
    const overridden = [...overriddenBy(tree, node)].map((origin) => ` overrides ${origin}`).join("");
    return `${formatPath(path)} = ${value} (${node.origin.at(node.start)}${overridden}; variable ${prefix}${variable(path)})`;
  });
}

function* overriddenBy(tree: MergedTree, node: Parameters<MergedTree["overrode"]["get"]>[0]): Generator<string> {
  for (let old = tree.overrode.get(node); old !== undefined; old = tree.overrode.get(old))
    yield old.origin.at(old.start);
}

function variable(path: Path): string {
  return path.join("__");
}
