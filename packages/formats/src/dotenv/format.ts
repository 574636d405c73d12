import type { Path } from "../changes.ts";
import { EntryEditor, type EntryWriter, entryMap, scalarText } from "../flat/lines.ts";
import type { Format } from "../format.ts";
import type { MapNode } from "../node.ts";
import { formatPath } from "../path.ts";
import { Problem } from "../problem.ts";
import { parseDotenv } from "./parse.ts";

const name = "a dotenv file";

const writer: EntryWriter = {
  value(text, old) {
    const quote = old[0];
    if (quote === '"' && !/[$`]/.test(text)) return double(text);
    if (quote === "'" && !text.includes("'")) return `'${text}'`;
    return isPlain(text) ? text : quoted(text);
  },
  entry(key, text, _separator, path) {
    if (!/^[A-Za-z_][\w.:-]*$/.test(key)) throw badName(path);
    return `${key}=${isPlain(text) ? text : quoted(text)}`;
  },
};

/** Text that means itself to every reader, shells included. */
function isPlain(text: string): boolean {
  return /^[\w./:@%+,=-]*$/.test(text);
}

/** Single quotes keep everything, for all readers; a value that holds one needs double quotes. */
function quoted(text: string): string {
  return text.includes("'") ? double(text) : `'${text}'`;
}

const double = (text: string) => `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;

function badName(path: Path): Problem {
  return new Problem("merge", `${formatPath(path)} is no name for a variable`, {
    hint: "use letters, digits and _ in the keys of a dotenv output",
  });
}

/** Lines of NAME=VALUE, with `export`, quotes and comments; nothing is expanded. */
export const dotenv: Format = {
  name: "dotenv",
  untyped: true,
  separator: "__",
  parse(source) {
    const entries = parseDotenv(source);
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
