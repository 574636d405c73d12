import { resolve } from "node:path";

/** A pattern that cannot be read; the message says what to write instead. */
export class GlobError extends Error {}

/** A literal name, `**`, or the expression for a name with wildcards. */
export type Segment = string | typeof deep | RegExp;

/** Any number of directories, none of them hidden. */
export const deep: unique symbol = Symbol("**");

/** One absolute pattern, cut at its slashes. */
export interface Glob {
  readonly source: string;
  readonly segments: readonly Segment[];
}

/** A pattern without any of `* ? [ {` is a plain path. */
export function isLiteral(pattern: string): boolean {
  return !/[*?[{]/.test(pattern);
}

/**
 * Compiles a pattern; braces make several of one.
 * @param directory what relative patterns start at
 * @throws GlobError for an open bracket or brace, an impossible range, a NUL byte or an empty pattern
 */
export function compileGlob(pattern: string, directory: string): Glob[] {
  if (pattern === "") throw new GlobError("the pattern is empty: write a path such as /logs/*.log");
  if (pattern.includes("\0")) throw new GlobError("a path cannot hold a NUL byte");
  return expandBraces(pattern).map((source) => {
    const segments: Segment[] = source.startsWith("/") ? [] : namesOf(resolve(directory));
    for (const part of namesOf(source)) {
      if (part === "..") segments.pop();
      else segments.push(compileSegment(part, pattern));
    }
    return { source, segments };
  });
}

/** True when the whole absolute path matches. */
export function matchesGlob(glob: Glob, path: string): boolean {
  return matchesFrom(glob.segments, 0, path.split("/").slice(1), 0);
}

/** True when one name matches one segment other than `**`. */
export function matchesName(segment: string | RegExp, name: string): boolean {
  return typeof segment === "string" ? segment === name : segment.test(name);
}

function matchesFrom(segments: readonly Segment[], at: number, names: readonly string[], from: number): boolean {
  if (at === segments.length) return from === names.length;
  const segment = segments[at]!;
  if (segment === deep) {
    // As the last segment it stands for files at any depth; before others also for no directory at all.
    if (at === segments.length - 1) return names.length > from && names.slice(from).every((name) => !isHidden(name));
    for (let next = from; next <= names.length; next++) {
      if (matchesFrom(segments, at + 1, names, next)) return true;
      if (next < names.length && isHidden(names[next]!)) return false;
    }
    return false;
  }
  const name = names[from];
  return name !== undefined && matchesName(segment, name) && matchesFrom(segments, at + 1, names, from + 1);
}

export function isHidden(name: string): boolean {
  return name.startsWith(".");
}

function namesOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function compileSegment(text: string, pattern: string): Segment {
  if (text === "**") return deep;
  if (!/[*?[\\]/.test(text)) return text;
  let source = /^[*?[]/.test(text) ? "(?!\\.)" : "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "*") {
      while (text[at + 1] === "*") at++;
      source += "[^/]*";
    } else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const end = classEnd(text, at);
      if (end === at)
        throw new GlobError(`"${pattern}" has a "[" without its "]": close it, or write [[] for the character`);
      source += compileClass(text.slice(at + 1, end), pattern);
      at = end;
    } else if (character === "\\" && at + 1 < text.length) source += escapeOutside(text[++at]!);
    else source += escapeOutside(character);
  }
  return new RegExp(`^${source}$`, "su");
}

/** Where the class that begins at `open` ends; `open` itself when nothing ends it within its name. */
function classEnd(text: string, open: number): number {
  let at = open + 1;
  if (text[at] === "!" || text[at] === "^") at++;
  if (text[at] === "]") at++;
  while (at < text.length && text[at] !== "]" && text[at] !== "/") at++;
  return text[at] === "]" ? at : open;
}

function compileClass(body: string, pattern: string): string {
  const negated = body.startsWith("!") || body.startsWith("^");
  const members = [...(negated ? body.slice(1) : body)];
  let source = "";
  for (let at = 0; at < members.length; at++) {
    const first = members[at]!;
    const last = members[at + 1] === "-" ? members[at + 2] : undefined;
    if (last === undefined) source += escapeInClass(first);
    else if (first > last) {
      throw new GlobError(`"${pattern}" has the range [${first}-${last}], which is empty: write [${last}-${first}]`);
    } else {
      source += `${escapeInClass(first)}-${escapeInClass(last)}`;
      at += 2;
    }
  }
  return `[${negated ? "^" : ""}${source}]`;
}

function escapeOutside(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** With the flag `u`, a hyphen may be escaped only here. */
function escapeInClass(character: string): string {
  return character === "-" ? "\\-" : escapeOutside(character);
}

/** `a{b,c}d` becomes `abd` and `acd`; braces nest. Those in a class, or behind a backslash, are plain characters. */
function expandBraces(pattern: string): string[] {
  let open = 0;
  while (open < pattern.length && pattern[open] !== "{") open = nextCharacter(pattern, open);
  if (open === pattern.length) return [pattern];
  let depth = 0;
  const cuts = [open];
  for (let at = open; at < pattern.length; at = nextCharacter(pattern, at)) {
    if (pattern[at] === "{") depth++;
    else if (pattern[at] === "," && depth === 1) cuts.push(at);
    else if (pattern[at] === "}" && --depth === 0) {
      const choices = [...cuts.entries()].map(([index, cut]) => pattern.slice(cut + 1, cuts[index + 1] ?? at));
      const before = pattern.slice(0, open);
      const after = pattern.slice(at + 1);
      return choices.flatMap((choice) => expandBraces(choice + after).map((rest) => before + rest));
    }
  }
  throw new GlobError(`"${pattern}" has a "{" without its "}": close it, or write [{] for the character`);
}

/** The place behind a character, a class, or a character behind a backslash. */
function nextCharacter(pattern: string, at: number): number {
  if (pattern[at] === "\\") return Math.min(at + 2, pattern.length);
  return (pattern[at] === "[" ? classEnd(pattern, at) : at) + 1;
}
