import type { Format } from "@outrigger/formats/format";
import type { Node } from "@outrigger/formats/node";
import { problemsOf } from "@outrigger/formats/problem";
import { SourceText } from "@outrigger/formats/source-text";
import { Splices } from "@outrigger/formats/splices";
import { leavesOf, type Path } from "../leaves.ts";
import { isSecretPath } from "../secret-keys.ts";

const mask = "***";

/**
 * `text` with its secret values masked and every line break where it was. A value is secret by its name, by its
 * origin in `merged`, or because `merged` does not know it: then nobody can say where it came from. A text that
 * cannot be parsed is masked as a whole.
 */
export function maskText(text: string, format: Format, merged: Node): string {
  const splices = new Splices();
  try {
    const { root } = format.parse(new SourceText("", text));
    const seen = new Set<number>();
    for (const { path, node } of leavesOf(root)) {
      // The values behind an alias of YAML stand in the text once.
      if (seen.has(node.start)) continue;
      if (node.end > node.start && isSecret(path, merged)) {
        seen.add(node.start);
        splices.add(node.start, node.end, masked(text.slice(node.start, node.end)));
      }
    }
  } catch (error) {
    if (problemsOf(error).length > 0) return masked(text);
  }
  return splices.apply(text);
}

/** Each line of a text masked. */
export function masked(text: string): string {
  return text.replace(/[^\n]+/g, mask);
}

function isSecret(path: Path, merged: Node): boolean {
  if (isSecretPath(path)) return true;
  let node: Node | undefined = merged;
  for (const key of path) {
    if (node?.kind === "map") node = node.entries.get(String(key));
    else if (node?.kind === "list") node = node.items[Number(key)];
    else node = undefined;
  }
  return node === undefined || node.origin.secret;
}
