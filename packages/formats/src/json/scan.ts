import { limits } from "../limits.ts";
import type { SourceText } from "../source-text.ts";

const quote = 0x22;
const backslash = 0x5c;

/** The offset behind white space and comments. An unfinished block comment is malformed. */
export function skipTrivia(source: SourceText, at: number): number {
  const { text } = source;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) at++;
    else if (code === 0x2f) at = skipComment(source, at);
    else return at;
  }
}

function skipComment(source: SourceText, at: number): number {
  const { text } = source;
  if (text[at + 1] === "/") {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end;
  }
  if (text[at + 1] !== "*") throw source.malformed(at, "unexpected character");
  const end = text.indexOf("*/", at + 2);
  if (end < 0) throw source.malformed(at, "the comment is not closed");
  return end + 2;
}

/** The offset behind the string that starts at `at`. */
export function skipString(source: SourceText, at: number): number {
  const { text } = source;
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) return index + 1;
    if (code === backslash) index = skipEscape(source, index);
    else if (code < 0x20) throw source.malformed(index, "a control character must be escaped inside a string");
  }
  throw source.malformed(at, "the string is not closed");
}

/** The offset of the last character of the escape at `at`. */
function skipEscape(source: SourceText, at: number): number {
  const next = source.text[at + 1];
  if (next !== undefined && '"\\/bfnrt'.includes(next)) return at + 1;
  if (next === "u" && /^[0-9a-fA-F]{4}/.test(source.text.slice(at + 2, at + 6))) return at + 5;
  throw source.malformed(at, "unknown escape in a string");
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const word = /true|false|null/y;
const wordCharacter = /[\w$+.-]/;

/** The offset behind the number or word at `at`. */
function skipLiteral(source: SourceText, at: number): number {
  const { text } = source;
  for (const grammar of [number, word]) {
    grammar.lastIndex = at;
    if (grammar.test(text) && !wordCharacter.test(text[grammar.lastIndex] ?? "")) return grammar.lastIndex;
  }
  if (at >= text.length) throw source.malformed(at, "the text ends where a value is expected");
  throw source.malformed(at, "a value is expected: a string, number, true, false, null, object or array");
}

/** Containers shorter than this are scanned again instead of being remembered. */
const rememberedLength = 512;

/**
 * Checks a whole JSON text once: grammar (with comments and trailing commas), duplicate keys, nesting and number
 * of values. Nothing is built, so that a large document costs no more memory than its text; `ends` remembers
 * where the larger containers end, and a later walk jumps over them.
 */
export class Checker {
  readonly ends = new Map<number, number>();
  readonly #source: SourceText;
  #depth = 0;
  #count = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** The offset behind the value at `at`. */
  value(at: number): number {
    if (++this.#count > limits.nodes) throw this.#source.malformed(at, `more than ${limits.nodes} values`);
    const code = this.#source.text.charCodeAt(at);
    if (code === quote) return skipString(this.#source, at);
    if (code === 0x7b) return this.#container(at, 0x7d);
    if (code === 0x5b) return this.#container(at, 0x5d);
    return skipLiteral(this.#source, at);
  }

  #container(start: number, close: number): number {
    const source = this.#source;
    if (++this.#depth > limits.depth) throw source.malformed(start, `nested deeper than ${limits.depth} levels`);
    const keys = close === 0x7d ? new Set<string>() : undefined;
    let at = skipTrivia(source, start + 1);
    while (source.text.charCodeAt(at) !== close) {
      if (keys !== undefined) at = this.#key(at, keys);
      at = skipTrivia(source, this.value(at));
      const code = source.text.charCodeAt(at);
      if (code === 0x2c) at = skipTrivia(source, at + 1);
      else if (code !== close) throw this.#unfinished(start, at, close);
    }
    this.#depth--;
    if (at - start > rememberedLength) this.ends.set(start, at + 1);
    return at + 1;
  }

  #key(start: number, keys: Set<string>): number {
    const source = this.#source;
    if (source.text.charCodeAt(start) !== quote) {
      if (start >= source.text.length) throw source.malformed(start, "the text ends inside an object");
      throw source.malformed(start, "a key in double quotes is expected");
    }
    const end = skipString(source, start);
    const key = stringValue(source.text, start, end);
    const before = keys.size;
    if (keys.add(key).size === before) {
      throw source.malformed(start, "the key occurs twice in one object", "keep one of the two");
    }
    const colon = skipTrivia(source, end);
    if (source.text[colon] !== ":") throw source.malformed(colon, "a colon is expected after the key");
    return skipTrivia(source, colon + 1);
  }

  #unfinished(start: number, at: number, close: number): Error {
    const kind = close === 0x7d ? "object" : "array";
    if (at < this.#source.text.length) {
      return this.#source.malformed(at, `a comma or the end of the ${kind} is expected`);
    }
    return this.#source.malformed(at, `the ${kind} that starts at ${this.#source.at(start)} is not closed`);
  }
}

/** The characters a string literal stands for. The literal has been checked. */
export function stringValue(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes("\\") ? (JSON.parse(text.slice(start, end)) as string) : inner;
}
