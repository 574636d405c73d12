import { Problem } from "./problem.ts";

/** One step of a path. A literal segment is never split or joined at its dots. */
export interface Segment {
  readonly text: string;
  readonly literal: boolean;
}

/** Segments whose text is taken as it is: from variables, directories and files. */
export function literalSegments(texts: readonly string[]): Segment[] {
  return texts.map((text) => ({ text, literal: true }));
}

/**
 * `Logging.LogLevel."Microsoft.AspNetCore"`: segments joined by dots, one with dots in double quotes, in which
 * `\"` and `\\` stand for the character. An unfinished quote or an empty segment is bad usage (exit status 2).
 */
export function parsePath(path: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (;;) {
    const segment = path[at] === '"' ? quoted(path, at) : bare(path, at);
    segments.push(segment);
    at = segment.end;
    if (at === path.length) return segments;
    if (path[at] !== ".") throw badPath(path, "a quoted segment must be followed by a dot");
    at++;
  }
}

interface ReadSegment extends Segment {
  end: number;
}

function bare(path: string, start: number): ReadSegment {
  const dot = path.indexOf(".", start);
  const end = dot < 0 ? path.length : dot;
  if (end === start) throw badPath(path, "a segment is empty");
  return { text: path.slice(start, end), literal: false, end };
}

function quoted(path: string, start: number): ReadSegment {
  let text = "";
  for (let at = start + 1; at < path.length; at++) {
    if (path[at] === '"') return { text, literal: true, end: at + 1 };
    if (path[at] === "\\" && (path[at + 1] === '"' || path[at + 1] === "\\")) at++;
    text += path[at];
  }
  throw badPath(path, "a double quote is not closed");
}

function badPath(path: string, why: string): Problem {
  return new Problem("usage", `the path ${JSON.stringify(path)} cannot be read: ${why}`, {
    hint: 'join keys by dots and put a key with dots in double quotes: Logging.LogLevel."Microsoft.AspNetCore"',
  });
}

/** The path of a node for people; `parsePath` reads it back. */
export function formatPath(keys: readonly (string | number)[]): string {
  if (keys.length === 0) return "(root)";
  return keys.map((key) => (typeof key === "number" ? String(key) : formatKey(key))).join(".");
}

function formatKey(key: string): string {
  if (key !== "" && !/[."\s]/.test(key)) return key;
  return `"${key.replace(/["\\]/g, "\\$&")}"`;
}
