import type { Entry } from "../flat/lines.ts";
import { scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";

const whiteSpace = " \t\f";

/** The entries of a Java properties file, as java.util.Properties.load reads them. A malformed `\u` is exit status 4. */
export function parseProperties(source: SourceText): Entry[] {
  const { text } = source;
  const entries: Entry[] = [];
  for (let at = source.start; at < text.length; ) {
    while (isOneOf(text[at], `${whiteSpace}\r\n`)) at++;
    if (at >= text.length) break;
    if (text[at] === "#" || text[at] === "!") {
      at = lineEnd(text, at);
      continue;
    }
    const entry = readEntry(source, at);
    entries.push(entry);
    at = entry.end;
  }
  return entries;
}

function readEntry(source: SourceText, start: number): Entry {
  const { text } = source;
  const key = readText(source, start, (character) => isOneOf(character, `=:${whiteSpace}`));
  let valueStart = skipWhite(text, key.end);
  if (text[valueStart] === "=" || text[valueStart] === ":") valueStart = skipWhite(text, valueStart + 1);
  const value = readText(source, valueStart, () => false);
  return {
    key: key.text,
    start,
    end: value.end,
    separator: text.slice(key.end, valueStart),
    value: scalar("string", value.text, source, valueStart, value.end),
  };
}

/** Reads to an unescaped character that `stops`, or to the end of the logical line. */
function readText(
  source: SourceText,
  start: number,
  stops: (character: string) => boolean,
): { text: string; end: number } {
  const { text } = source;
  let result = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] as string;
    if (character === "\n" || character === "\r" || stops(character)) break;
    if (character !== "\\") result += character;
    else {
      const continued = continuation(text, at + 1);
      if (continued !== undefined) at = continued - 1;
      else {
        const escaped = readEscape(source, at);
        result += escaped.text;
        at = escaped.last;
      }
    }
  }
  return { text: result, end: at };
}

/** Behind a backslash at the end of a line: where the next line's text starts. */
function continuation(text: string, at: number): number | undefined {
  if (at >= text.length) return at;
  if (text[at] !== "\n" && text[at] !== "\r") return undefined;
  return skipWhite(text, at + (text.startsWith("\r\n", at) ? 2 : 1));
}

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function readEscape(source: SourceText, at: number): { text: string; last: number } {
  const character = source.text[at + 1] as string;
  if (character !== "u") return { text: escapes[character] ?? character, last: at + 1 };
  const digits = source.text.slice(at + 2, at + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw source.malformed(at, "\\u needs four hexadecimal digits");
  return { text: String.fromCharCode(Number.parseInt(digits, 16)), last: at + 5 };
}

/** White space, and continuations within it, which belong to the separator. */
function skipWhite(text: string, from: number): number {
  let at = from;
  while (isOneOf(text[at], whiteSpace)) at++;
  return at;
}

function lineEnd(text: string, at: number): number {
  const end = /[\r\n]/g;
  end.lastIndex = at;
  return end.test(text) ? end.lastIndex : text.length;
}

function isOneOf(character: string | undefined, set: string): boolean {
  return character !== undefined && set.includes(character);
}
