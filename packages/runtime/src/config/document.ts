import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
} from "yaml";
import type { Path, Position, Problem } from "./problem.ts";

/** A parsed configuration file that can say where each value stands. */
export interface ConfigDocument {
  readonly file: string;
  /** The whole document as plain data; undefined for an empty file, and for one too damaged to read. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path`, or else its nearest ancestor, stands; with `key`, where its key stands. */
  locate(path: Path, key?: boolean): Position;
}

// The parser's own messages may quote the file, which may hold secrets: only these are known not to.
const MESSAGES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key appears twice in the same mapping; remove one",
  TAB_AS_INDENT: "a tab cannot indent YAML; use spaces",
  BAD_INDENT: "the indentation does not fit the lines above, or a bracket or brace there is not closed",
  MULTIPLE_DOCS: "there is more than one YAML document; keep one",
  MISSING_CHAR: "a character is missing, such as a colon, a comma, a quote or a closing bracket",
  UNEXPECTED_TOKEN: "this is not expected here; look for a missing quote, colon or indentation",
  BLOCK_AS_IMPLICIT_KEY: "a nested mapping needs a line of its own",
  BLOCK_IN_FLOW: "a block cannot stand inside brackets",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; look for a missing colon or quote",
  BAD_DQ_ESCAPE: "unknown escape in a double-quoted string; write \\\\ for a backslash, or use single quotes",
  BAD_ALIAS: "an alias must name an anchor defined above",
};

/** Parses YAML (and so JSON). Every syntax error becomes a problem; a damaged document has no value. */
export function parseConfig(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, strict: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problems: Problem[] = document.errors.map((error) => ({
    path: [],
    at: at(error.pos[0]),
    message: `not valid YAML: ${MESSAGES[error.code] ?? `syntax error (${error.code})`}`,
  }));
  let value: unknown;
  // A key that appears twice does not keep the rest from being judged.
  if (document.errors.every(({ code }) => code === "DUPLICATE_KEY")) {
    try {
      const data = document.toJS() ?? undefined;
      // An anchor that holds an alias to itself has no end: this throws.
      JSON.stringify(data);
      value = data;
    } catch {
      const message = "an alias names an anchor that is not defined above it, holds itself, or repeats too much";
      problems.push({ path: [], at: at(offsetOfBadAlias(document)), message });
    }
  }
  return { file, value, problems, locate: (path, key = false) => at(offsetOf(document, path, key)) };
}

/** Where the first alias stands that leads nowhere or into itself; else where the first one stands. */
function offsetOfBadAlias(document: Document.Parsed): number {
  let first: number | undefined;
  let bad: number | undefined;
  visit(document, {
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document);
      first ??= alias.range?.[0];
      if (target !== undefined && !ancestors.includes(target)) return undefined;
      bad = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return bad ?? first ?? 0;
}

function offsetOf(document: Document.Parsed, path: Path, wantKey: boolean): number {
  let node: Node | ParsedNode | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (pair === undefined) break;
      const keyOffset = (pair.key as Node).range?.[0];
      node = pair.value as Node | null;
      const valueOffset = node?.range?.[0];
      offset = (wantKey && depth === path.length - 1 ? keyOffset : (valueOffset ?? keyOffset)) ?? offset;
    } else if (isSeq(node)) {
      node = (node.items[Number(segment)] as Node | undefined) ?? null;
      if (node === null) break;
      offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
