import type { Path } from "../changes.ts";
import type { Layout } from "../layout.ts";
import type { Node } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";

/** How a value is written: over several lines below `indent`, or on one line. */
export interface JsonStyle extends Layout {
  readonly indent: string;
  readonly inline: boolean;
  readonly colon: string;
}

/** The JSON text of a value. What JSON cannot hold (infinity, not-a-number) is exit status 4, naming `path`. */
export function writeJson(node: Node, style: JsonStyle, path: Path): string {
  if (node.kind === "map") {
    const members = Array.from(node.entries, ([key, value]) => ({ key, value }));
    return block(members, "{", "}", style, ({ key, value }, inner) => member(key, value, inner, path));
  }
  if (node.kind === "list") {
    return block(node.items, "[", "]", style, (item, inner, index) => writeJson(item, inner, [...path, index]));
  }
  if (node.kind === "string" || node.kind === "date") return JSON.stringify(node.text);
  if (node.kind === "number" && !/^-?[0-9]/.test(node.text)) {
    throw new Problem(
      "merge",
      `${formatPath(path)} is ${node.text} (${node.origin.at(node.start)}), which JSON cannot hold`,
      {
        hint: "give a finite number, or a string",
      },
    );
  }
  return node.text;
}

/** `"key": value` in the given style. */
export function member(key: string, value: Node, style: JsonStyle, path: Path): string {
  return `${JSON.stringify(key)}${style.colon}${writeJson(value, style, [...path, key])}`;
}

function block<T>(
  items: readonly T[],
  open: string,
  close: string,
  style: JsonStyle,
  write: (item: T, inner: JsonStyle, index: number) => string,
): string {
  if (items.length === 0) return open + close;
  if (style.inline) {
    const comma = style.colon.endsWith(" ") ? ", " : ",";
    return open + items.map((item, index) => write(item, style, index)).join(comma) + close;
  }
  const inner = { ...style, indent: style.indent + style.unit };
  const lead = style.eol + inner.indent;
  return (
    open + items.map((item, index) => lead + write(item, inner, index)).join(",") + style.eol + style.indent + close
  );
}
