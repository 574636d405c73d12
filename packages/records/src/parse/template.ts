import { UsageError } from "@outrigger/runtime/errors";
import type { Parse, ParsedRecord } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { assignCapture } from "./capture.ts";

/** A capture, and the literal text behind it ("" at the end of the template). */
interface Capture {
  readonly name: string;
  readonly literal: string;
}

export interface Template {
  /** Text in front of the first capture. */
  readonly start: string;
  readonly captures: readonly Capture[];
}

/**
 * Takes a template apart: literal text and `{name}`; `{{` and `}}` are braces.
 *
 * @throws UsageError for braces that are not closed and for names that are no names.
 */
export function readTemplate(template: string): Template {
  let start = "";
  const captures: { name: string; literal: string }[] = [];
  for (const [token, name] of template.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (token === "{" || token === "}") {
      throw new UsageError(
        `template "${template}": a "${token}" stands alone: write {name}, or "${token}${token}" for the brace itself`,
      );
    }
    if (name !== undefined) {
      if (!/^[A-Za-z_@][\w.@-]*$/.test(name)) {
        throw new UsageError(`template "${template}": "{${name}}" is no capture: write a name such as {message}`);
      }
      captures.push({ name, literal: "" });
      continue;
    }
    const literal = token === "{{" ? "{" : token === "}}" ? "}" : token;
    const last = captures.at(-1);
    if (last === undefined) start += literal;
    else last.literal += literal;
  }
  return { start, captures };
}

/**
 * A parser of lines that a template describes from the first character to the last. A capture runs to the next literal
 * text (the last one to the end), `{time}` as far as it can be read as a time; `{_}` is left out. This is a chain of
 * searches, so that no line takes more than linear time.
 *
 * @throws UsageError for a template that cannot be told apart: no capture, the same one twice, two without text between.
 */
export function templateParser(template: string, time: TimeReader): Parse {
  const { start, captures } = readTemplate(template);
  check(template, captures);
  return (line) => (line.startsWith(start) ? match(line, start.length, captures, time) : undefined);
}

function check(template: string, captures: readonly Capture[]): void {
  if (captures.length === 0)
    throw new UsageError(`template "${template}": it captures nothing: write at least {message}`);
  const names = captures.map(({ name }) => name).filter((name) => name !== "_");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(`template "${template}": {${twice}} is there twice: name each capture once`);
  const touching = captures.findIndex(({ literal }, index) => literal === "" && index < captures.length - 1);
  if (touching >= 0) {
    const pair = `{${captures[touching]!.name}}{${captures[touching + 1]!.name}}`;
    throw new UsageError(`template "${template}": nothing tells where ${pair} is divided: write text between them`);
  }
}

function match(line: string, from: number, captures: readonly Capture[], time: TimeReader): ParsedRecord | undefined {
  const record: ParsedRecord = { time: undefined, level: undefined, message: line, fields: "" };
  let at = from;
  for (const [index, { name, literal }] of captures.entries()) {
    const last = index === captures.length - 1;
    const end = endOfCapture(line, at, name, literal, last, time);
    if (end < at) return undefined;
    const text = line.slice(at, end);
    at = end + literal.length;
    if (name !== "_") assignCapture(record, name, text, time);
  }
  return record;
}

function endOfCapture(
  line: string,
  at: number,
  name: string,
  literal: string,
  last: boolean,
  time: TimeReader,
): number {
  if (last) return line.endsWith(literal) ? line.length - literal.length : -1;
  if (name === "time") {
    const found = time.find(line, at);
    if (found !== undefined && line.startsWith(literal, found.end)) return found.end;
  }
  return line.indexOf(literal, at);
}
