import type { Entry } from "../flat/lines.ts";
import { type MapNode, type Node, scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";

/** A section of an INI file; the first one, without a header, holds the global keys. */
export interface Section {
  /** The keys that lead to it: `[a:b]` is `b` in `a`, `[a.b]` is one key. */
  readonly path: readonly string[];
  /** Start of the header's line; of the text for the global keys. */
  readonly start: number;
  /** End of the header's line, or of the text before the global keys. */
  readonly end: number;
  readonly entries: readonly Entry[];
}

/** The sections of an INI file in order. A broken header, or a line without `=`, is exit status 4. */
export function parseIni(source: SourceText): Section[] {
  let entries: Entry[] = [];
  const sections: Section[] = [{ path: [], start: source.start, end: source.start, entries }];
  for (const [start, line] of linesOf(source)) {
    const text = line.trim();
    if (text === "" || text.startsWith(";") || text.startsWith("#")) continue;
    const first = start + line.indexOf(text);
    if (text.startsWith("[")) {
      entries = [];
      sections.push({ path: headerPath(source, first, text), start: first, end: first + text.length, entries });
    } else entries.push(readEntry(source, first, text));
  }
  return sections;
}

function* linesOf(source: SourceText): Generator<[start: number, line: string]> {
  const { text } = source;
  for (let start = source.start; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    yield [start, text.slice(start, end)];
    start = end + 1;
  }
}

function headerPath(source: SourceText, start: number, text: string): string[] {
  const name = /^\[([^\]]*)\][ \t]*(?:[;#].*)?$/.exec(text)?.[1]?.trim();
  if (name === undefined || name === "") throw source.malformed(start, "the section header is broken", "write [name]");
  const keys = name.split(":");
  return keys.includes("") ? [name] : keys;
}

function readEntry(source: SourceText, start: number, text: string): Entry {
  const equals = text.indexOf("=");
  if (equals <= 0)
    throw source.malformed(start, "the line is no key with a value", "write key = value, or ; before a comment");
  const key = text.slice(0, equals).trimEnd();
  const raw = text.slice(equals + 1).trimStart();
  const valueStart = start + text.length - raw.length;
  return {
    key,
    start,
    end: start + text.length,
    separator: source.text.slice(start + key.length, valueStart),
    value: scalar("string", unquote(raw), source, valueStart, start + text.length),
  };
}

/** A value without the pair of quotes around it. Backslashes are literal. */
function unquote(raw: string): string {
  return /^(["']).*\1$/s.test(raw) && raw.length > 1 ? raw.slice(1, -1) : raw;
}

/** The tree of the sections. A key that is also the name of a section is exit status 4. */
export function iniTree(source: SourceText, sections: readonly Section[]): MapNode {
  const root = emptyMap(source, source.start);
  for (const { path, start, entries } of sections) {
    let map = root;
    for (const key of path) {
      const inner = map.entries.get(key);
      if (inner !== undefined && inner.kind !== "map") {
        throw source.malformed(start, "the section has the name of a key", "rename one of the two");
      }
      const next = (inner as MutableMap | undefined) ?? emptyMap(source, start);
      map.entries.set(key, next);
      map = next;
    }
    for (const { key, value } of entries) {
      if (map.entries.get(key)?.kind === "map") {
        throw source.malformed(value.start, "the key has the name of a section", "rename one of the two");
      }
      map.entries.set(key, value);
    }
  }
  return root;
}

type MutableMap = MapNode & { readonly entries: Map<string, Node> };

function emptyMap(origin: SourceText, start: number): MutableMap {
  return { kind: "map", entries: new Map(), origin, start, end: start };
}
