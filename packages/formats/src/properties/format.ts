import { EntryEditor, type EntryWriter, entryMap, scalarText } from "../flat/lines.ts";
import type { Format } from "../format.ts";
import type { MapNode } from "../node.ts";
import { parseProperties } from "./parse.ts";

const name = "a properties file";

const writer: EntryWriter = {
  value: (text) => escapeText(text).replace(/^ /, "\\ "),
  entry: (key, text, separator = "=") =>
    escapeText(key).replace(/[ =:#!]/g, "\\$&") +
    (separator.trim() === "" ? "=" : separator) +
    writer.value(text, "", []),
};

const named: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f", "\\": "\\\\" };

/** Readers before Java 9 take a file for ISO 8859-1: everything outside ASCII is escaped. */
function escapeText(text: string): string {
  return text.replace(/[\\\t\n\r\f]|[^\x20-\x7e]/g, (character) => named[character] ?? unicode(character));
}

const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Java properties, after java.util.Properties. */
export const properties: Format = {
  name: "properties",
  untyped: true,
  separator: ".",
  parse(source) {
    const entries = parseProperties(source);
    const root = entryMap(source, entries);
    return { root, edit: (merged) => new EntryEditor(source, entries, writer, name).write(root, merged) };
  },
  write: (root) =>
    Array.from(
      (root as MapNode).entries,
      ([key, node]) => `${writer.entry(key, scalarText(node, [key], name), "=", [key])}\n`,
    ).join(""),
  number: (text) => text,
};
