import type { Entry } from "../flat/lines.ts";
import { scalar } from "../node.ts";
import type { SourceText } from "../source-text.ts";

const assignment = /(?:export[ \t]+)?([A-Za-z_][\w.:-]*)([ \t]*=[ \t]*)/y;
const unquoted = /(?:(?![ \t]+#)[^\r\n])*/y;
const rest = /[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)/y;

/** The entries of a dotenv file. A line that is no assignment, comment or blank is exit status 4. */
export function parseDotenv(source: SourceText): Entry[] {
  const { text } = source;
  const entries: Entry[] = [];
  for (let at = source.start; at < text.length; ) {
    const blank = /(?:[ \t]*(?:#[^\r\n]*)?\r?\n|[ \t]*(?:#[^\r\n]*)?$)/y;
    blank.lastIndex = at;
    if (blank.test(text) && blank.lastIndex > at) {
      at = blank.lastIndex;
      continue;
    }
    const entry = readEntry(source, at + (/^[ \t]*/.exec(text.slice(at, at + 100)) as RegExpExecArray)[0].length);
    entries.push(entry);
    const newline = text.indexOf("\n", entry.end);
    at = newline < 0 ? text.length : newline + 1;
  }
  return entries;
}

function readEntry(source: SourceText, start: number): Entry {
  const { text } = source;
  assignment.lastIndex = start;
  const match = assignment.exec(text);
  if (match === null)
    throw source.malformed(start, "the line is no assignment", "write NAME=VALUE, or # before a comment");
  const valueStart = assignment.lastIndex;
  const quote = text[valueStart];
  const value =
    quote === "'" || quote === '"' || quote === "`" ? readQuoted(source, valueStart) : readUnquoted(text, valueStart);
  return {
    key: match[1] as string,
    start,
    end: value.end,
    separator: match[2] as string,
    value: scalar("string", value.text, source, valueStart, value.end),
  };
}

/** To the end of the line, or to a `#` behind white space. */
function readUnquoted(text: string, start: number): { text: string; end: number } {
  // A comment directly behind the equals sign and white space leaves the value empty.
  if (text[start] === "#" && /[ \t]/.test(text[start - 1] ?? "")) return { text: "", end: start };
  unquoted.lastIndex = start;
  const value = (unquoted.exec(text) as RegExpExecArray)[0].trimEnd();
  return { text: value, end: start + value.length };
}

/** Over several lines if need be, which are read as if they ended with a line feed. Only double quotes know escapes. */
function readQuoted(source: SourceText, start: number): { text: string; end: number } {
  const { text } = source;
  const quote = text[start] as string;
  let end = start + 1;
  while (end < text.length && text[end] !== quote) end += quote === '"' && text[end] === "\\" ? 2 : 1;
  if (end >= text.length) throw source.malformed(start, "the quote is not closed");
  rest.lastIndex = end + 1;
  if (!rest.test(text)) throw source.malformed(end + 1, "only a comment may follow the closing quote");
  const inner = text.slice(start + 1, end).replaceAll("\r\n", "\n");
  return {
    text: quote === '"' ? inner.replace(/\\([nrt"\\])/g, (_, code: string) => escapes[code] ?? code) : inner,
    end: end + 1,
  };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
