import type { Path } from "../changes.ts";
import { scalarText } from "../flat/lines.ts";
import type { Layout } from "../layout.ts";
import type { Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";
import type { Escaper } from "./text.ts";
import { type EntryNames, textKey } from "./tree.ts";

const formatName = "XML";

export interface XmlStyle extends Layout {
  readonly escaper: Escaper;
}

/** The text of a scalar for XML. */
export function valueText(node: Node, path: Path): string {
  return scalarText(node, path, formatName);
}

/** An element, its first line without indentation; a list gives one element for each of its values. */
export function writeElements(name: string, node: Node, indent: string, style: XmlStyle, path: Path): string[] {
  if (node.kind === "list") {
    return node.items.flatMap((item, index) => {
      if (item.kind === "list") throw refused([...path, index], "is a list in a list");
      return writeElements(name, item, indent, style, [...path, index]);
    });
  }
  requireName(name, path);
  if (node.kind !== "map") {
    const text = style.escaper.text(valueText(node, path), path);
    return [text === "" ? `<${name} />` : `<${name}>${text}</${name}>`];
  }
  const own = node.entries.get(textKey);
  const inner = indent + style.unit;
  const lines = node.entries
    .entries()
    .filter(([key]) => key !== textKey)
    .flatMap(([key, value]) => writeElements(key, value, inner, style, [...path, key]))
    .map((line) => style.eol + inner + line)
    .toArray();
  const text = own === undefined ? "" : style.escaper.text(valueText(own, [...path, textKey]), [...path, textKey]);
  if (lines.length === 0) return [text === "" ? `<${name} />` : `<${name}>${text}</${name}>`];
  return [`<${name}>${text}${lines.join("")}${style.eol}${indent}</${name}>`];
}

/** An entry of a .NET section; `end` is how its siblings close their tags. */
export function writeEntry(
  names: EntryNames,
  key: string,
  text: string,
  end: string,
  { escaper }: XmlStyle,
  path: Path,
): string {
  const quoted = (value: string) => `"${escaper.attribute(value, '"', path)}"`;
  return `<add ${names.key}=${quoted(key)} ${names.value}=${quoted(text)}${end}`;
}

function requireName(name: string, path: Path): void {
  if (!/^[\p{L}_][\p{L}\p{N}_.:·-]*$/u.test(name)) throw refused(path, "is no name for an element");
}

function refused(path: Path, what: string): Problem {
  return new Problem("merge", `${formatPath(path)} ${what}, which XML cannot hold`, {
    hint: "rename it, or choose another format for the output",
  });
}
