import type { Layout } from "../layout.ts";
import type { Node, Scalar } from "../node.ts";
import { type ScalarStyle, writeLiteral, writeNumber, writeString } from "./scalar.ts";

/** The text of a value on one line: scalars, and maps and lists in flow style. */
export function writeFlow(node: Node, style: ScalarStyle = "plain"): string {
  return tagged(node, flowBody(node, style));
}

function flowBody(node: Node, style: ScalarStyle): string {
  if (node.kind === "map") {
    if (node.entries.size === 0) return "{}";
    return `{ ${Array.from(node.entries, ([key, value]) => `${writeKey(key, true)}: ${writeFlow(value)}`).join(", ")} }`;
  }
  if (node.kind === "list") return `[${node.items.map((item) => writeFlow(item)).join(", ")}]`;
  return scalarText(node, style, true);
}

/** A scalar on one line. A string keeps to `style` where it can. */
export function scalarText(node: Scalar, style: ScalarStyle, inFlow: boolean): string {
  if (node.kind === "number") return writeNumber(node.text);
  return node.kind === "string" ? writeString(node.text, style, inFlow) : node.text;
}

export function writeKey(key: string, inFlow: boolean, style: ScalarStyle = "plain"): string {
  return writeString(key, style, inFlow);
}

/** What follows `key:` at `indent`: a space and the value, or line breaks and the lines of a block. */
export function writeAfterKey(node: Node, indent: string, layout: Layout): string {
  const inner = indent + layout.unit;
  if (isBlock(node)) return tagged(node, "", " ") + layout.eol + writeBlock(node, inner, layout);
  return ` ${writeInline(node, inner, layout)}`;
}

/** The lines of a non-empty map or list at `indent`, without a final line break. */
export function writeBlock(node: Node, indent: string, layout: Layout): string {
  return blockLines(node, indent, layout)
    .map((line) => indent + line)
    .join(layout.eol);
}

/** One entry per member or element; further lines inside it are indented already. */
function blockLines(node: Node, indent: string, layout: Layout): string[] {
  if (node.kind === "map") {
    return Array.from(
      node.entries,
      ([key, value]) => `${writeKey(key, false)}:${writeAfterKey(value, indent, layout)}`,
    );
  }
  if (node.kind === "list") return node.items.map((item) => `- ${writeItem(item, indent, layout)}`);
  return [writeInline(node, indent + layout.unit, layout)];
}

/** What follows the dash of a list at `indent`; a map starts on the same line. */
export function writeItem(node: Node, indent: string, layout: Layout): string {
  const inner = `${indent}  `;
  if (isBlock(node) && node.tag === undefined) return blockLines(node, inner, layout).join(layout.eol + inner);
  if (isBlock(node)) return tagged(node, "") + layout.eol + writeBlock(node, inner, layout);
  return writeInline(node, inner, layout);
}

/** A whole document, with its final line break. */
export function writeDocument(node: Node, layout: Layout): string {
  if (isBlock(node))
    return (node.tag === undefined ? "" : node.tag + layout.eol) + writeBlock(node, "", layout) + layout.eol;
  return writeInline(node, layout.unit, layout) + layout.eol;
}

/** A value that starts on the line of its key; text of several lines becomes a block scalar below `indent`. */
function writeInline(node: Node, indent: string, layout: Layout): string {
  if (node.kind === "string" && node.text.includes("\n")) {
    const literal = writeLiteral(node.text, indent, layout.eol);
    if (literal !== undefined) return tagged(node, literal);
  }
  if (node.kind === "map" || node.kind === "list") return writeFlow(node);
  return tagged(node, scalarText(node, "plain", false));
}

/** Whether a value is written as lines below its key. */
export function isBlock(node: Node): boolean {
  return (node.kind === "map" && node.entries.size > 0) || (node.kind === "list" && node.items.length > 0);
}

function tagged(node: Node, text: string, before = ""): string {
  return node.tag === undefined ? text : `${before}${node.tag}${text === "" ? "" : ` ${text}`}`;
}
