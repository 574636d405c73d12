import type { Path } from "../changes.ts";
import type { MapNode, Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";

const multiLine = '"""';

/** A value on one line, arrays and inline tables included. `old` is the text it replaces: its quotes stay. */
export function writeValue(node: Node, path: Path, old = '"'): string {
  switch (node.kind) {
    case "map": {
      const members = Array.from(
        node.entries,
        ([key, value]) => `${writeKey(key)} = ${writeValue(value, [...path, key])}`,
      );
      return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
    }
    case "list":
      return `[${node.items.map((item, index) => writeValue(item, [...path, index])).join(", ")}]`;
    case "string":
      return writeString(node.text, old);
    case "null":
      throw new Problem(
        "merge",
        `${formatPath(path)} (${node.origin.at(node.start)}) is null, which TOML cannot hold`,
        {
          hint: "remove it, or choose another format for the output",
        },
      );
    case "number":
      return node.float === true ? floatText(node.text) : node.text;
    default:
      return node.text;
  }
}

/** Digits that read as a float. */
export function floatText(text: string): string {
  return /^[-+]?[0-9_]+$/.test(text) ? `${text}.0` : text;
}

function writeString(text: string, old: string): string {
  const printable = !/[\x00-\x08\x0a-\x1f\x7f]/.test(text);
  if (old.startsWith("'''") && !text.includes("'''") && !text.endsWith("'") && !/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) {
    return `'''${text.startsWith("\n") ? "\n" : ""}${text}'''`;
  }
  if (old.startsWith("'") && printable && !text.includes("'")) return `'${text}'`;
  if (old.startsWith(multiLine) && text.includes("\n")) {
    const lines = text.split("\n").map((line) => basic(line));
    return `${multiLine}\n${lines.join("\n")}${multiLine}`;
  }
  return `"${basic(text)}"`;
}

/** The characters of a basic string: JSON's escapes are TOML's, but for DEL. */
function basic(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll("\x7f", "\\u007f");
}

export function writeKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${basic(key)}"`;
}

/** A dotted key; indices of arrays of tables are no part of a header. */
export function writePath(path: Path): string {
  return path
    .filter((key) => typeof key === "string")
    .map(writeKey)
    .join(".");
}

/** Whether a value is written with headers of its own: a map, or a list of maps. */
export function hasHeaders(node: Node): boolean {
  if (node.kind === "map") return true;
  return node.kind === "list" && node.items.length > 0 && node.items.every((item) => item.kind === "map");
}

/** The sections of a map or of a list of maps, each a list of lines that starts with its header. */
export function sectionsOf(node: Node, path: Path): string[][] {
  if (node.kind === "list")
    return node.items.flatMap((item, index) => tableSections(item as MapNode, [...path, index], "[["));
  return tableSections(node as MapNode, path, "[");
}

function tableSections(map: MapNode, path: Path, bracket: "[" | "[["): string[][] {
  const own: string[] = [];
  const inner: string[][] = [];
  for (const [key, value] of map.entries) {
    const at = [...path, key];
    if (hasHeaders(value)) inner.push(...sectionsOf(value, at));
    else own.push(`${writeKey(key)} = ${writeValue(value, at)}`);
  }
  const header = `${bracket}${writePath(path)}${bracket === "[" ? "]" : "]]"}`;
  const isNeeded = own.length > 0 || inner.length === 0 || bracket === "[[";
  return isNeeded ? [[header, ...own], ...inner] : inner;
}

/** A whole document. */
export function writeToml(root: Node): string {
  if (root.kind !== "map") {
    throw new Problem("merge", `the root (${root.origin.at(root.start)}) is no map, which TOML needs`, {
      hint: "give a map",
    });
  }
  const own: string[] = [];
  const sections: string[][] = [];
  for (const [key, value] of root.entries) {
    if (hasHeaders(value)) sections.push(...sectionsOf(value, [key]));
    else own.push(`${writeKey(key)} = ${writeValue(value, [key])}`);
  }
  const blocks = own.length > 0 ? [own, ...sections] : sections;
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
