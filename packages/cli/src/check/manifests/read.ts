import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RuntimeFailure, systemCode, UsageError } from "@outrigger/runtime/errors";
import type { Path, Position } from "@outrigger/runtime/problem";
import { type Document, isNode, LineCounter, parseAllDocuments } from "yaml";

/** One document of a manifest, as plain data that can say where each value stands. */
export interface ManifestDocument {
  /** Undefined when the document could not be read. */
  readonly value: unknown;
  /** What is wrong with its syntax. */
  readonly problems: readonly { message: string; at: Position }[];
  /** Where the value at `path`, or its nearest ancestor, stands. */
  locate(path: Path): Position;
}

/**
 * Reads manifests: files, directories (every `.yaml`, `.yml` and `.json` below them, by path), or `-` for standard input.
 * Throws `UsageError` for a terminal on standard input, `RuntimeFailure` for what cannot be read.
 */
export function readManifests(sources: readonly string[]): ManifestDocument[] {
  return sources.flatMap((source) => {
    if (source !== "-") return filesOf(source).flatMap((file) => parseManifest(file, readText(file)));
    if (process.stdin.isTTY) throw new UsageError("-f - reads standard input, which is a terminal; name a file");
    return parseManifest("stdin", readText(0));
  });
}

function filesOf(source: string): string[] {
  try {
    if (!statSync(source).isDirectory()) return [source];
    const names = readdirSync(source, { recursive: true, encoding: "utf8" });
    return names
      .filter((name) => /\.(?:ya?ml|json)$/.test(name))
      .map((name) => join(source, name))
      .sort();
  } catch (error) {
    throw unreadable(source, error);
  }
}

function readText(file: string | 0): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file === 0 ? "standard input" : file, error);
  }
}

function unreadable(file: string, error: unknown): RuntimeFailure {
  return new RuntimeFailure(
    "manifest_unreadable",
    `cannot read ${file} (${systemCode(error) ?? "error"}); name another with -f`,
  );
}

function parseManifest(file: string, text: string): ManifestDocument[] {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const options = { lineCounter: lines, prettyErrors: false, merge: true, logLevel: "silent" } as const;
  const documents = parseAllDocuments(text, options);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => ({
    value: document.errors.length > 0 ? undefined : document.toJS(),
    problems: document.errors.map((error) => ({ message: explain(error.code, text), at: at(error.pos[0]) })),
    locate: (path) => at(offsetOf(document, path)),
  }));
}

function explain(code: string, text: string): string {
  if (/\{\{.*\}\}/.test(text)) return "is a template; render it first, and check what comes out";
  return code === "DUPLICATE_KEY" ? "a key appears twice in the same mapping; remove one" : "is not valid YAML";
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.range[0];
}
