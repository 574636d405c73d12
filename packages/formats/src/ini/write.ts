import type { Path } from "../changes.ts";
import { scalarText } from "../flat/lines.ts";
import type { MapNode, Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";

export const formatName = "an INI file";

/** A value in the place of `old`: quotes stay, and are added around what would lose its spaces or its own quotes. */
export function writeValue(text: string, old: string, path: Path): string {
  if (/[\r\n]/.test(text)) throw refused(path, "has a line break", "remove it");
  const quote = /^(["']).*\1$/s.exec(old)?.[1];
  if (quote !== undefined && old.length > 1) return quote + text + quote;
  return text.trim() !== text || /^(["']).*\1$/s.test(text) ? `"${text}"` : text;
}

export function writeEntry(key: string, text: string, separator: string | undefined, path: Path): string {
  if (key === "" || key.trim() !== key || /[=\r\n]|^[[;#]/.test(key))
    throw refused(path, "is no name for a key", "rename it");
  return key + (separator ?? "=") + writeValue(text, "", path);
}

export function header(path: Path): string {
  const name = path.join(":");
  if (path.some((key) => /[\]:\r\n]/.test(String(key)) || String(key).trim() !== String(key) || key === "")) {
    throw refused(path, "is no name for a section", "rename it");
  }
  return `[${name}]`;
}

/** The lines of a section, and those of the sections inside it. */
export function sectionLines(map: MapNode, path: Path): string[][] {
  const own: string[] = [];
  const inner: string[][] = [];
  for (const [key, node] of map.entries) {
    if (node.kind === "map") inner.push(...sectionLines(node, [...path, key]));
    else own.push(writeEntry(key, scalarText(node, [...path, key], formatName), undefined, [...path, key]));
  }
  if (path.length === 0) return own.length > 0 ? [own, ...inner] : inner;
  return own.length > 0 || inner.length === 0 ? [[header(path), ...own], ...inner] : inner;
}

/** A whole INI file. */
export function writeIni(root: Node): string {
  if (root.kind !== "map") throw refused([], "is no map", "give a map");
  return sectionLines(root, [])
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function refused(path: Path, what: string, remedy: string): Problem {
  return new Problem("merge", `${formatPath(path)} ${what}, which ${formatName} cannot hold`, {
    hint: `${remedy}, or choose another format for the output`,
  });
}
