import { type Field, fieldsText, type Parse, textField } from "../record.ts";
import type { TimeReader } from "../time/reader.ts";
import { JsonMembers } from "./json-object.ts";
import { assignRoles, commonRoles } from "./roles.ts";

const space = 32;
const quote = 34;
const equals = 61;
const backslash = 92;

/** `key=value` pairs. Values are text; a key without `=` is true; of equal keys the first counts. */
export function logfmtParser(time: TimeReader): Parse {
  const members = new JsonMembers();
  return (line) => {
    const pairs = readPairs(line);
    if (pairs === undefined || !members.read(`{${fieldsText(pairs)}}`)) return undefined;
    const record = assignRoles(members, commonRoles, time);
    if (record.message === members.line) record.message = line;
    return record;
  };
}

/** The pairs of a line; undefined when there is none, when more words are alone than in pairs, or a quote is not closed. */
export function readPairs(line: string): Field[] | undefined {
  const fields: Field[] = [];
  const names = new Set<string>();
  let pairs = 0;
  let alone = 0;
  let at = 0;
  while (at < line.length) {
    if (isBlank(line.charCodeAt(at))) {
      at++;
      continue;
    }
    const keyEnd = endOfKey(line, at);
    if (keyEnd === at) return undefined;
    const name = line.slice(at, keyEnd);
    let field: Field = { name, json: "true" };
    at = keyEnd;
    if (line.charCodeAt(at) === equals) {
      const end = endOfValue(line, at + 1);
      if (end < 0) return undefined;
      field = textField(name, valueText(line.slice(at + 1, end)));
      at = end;
      pairs++;
    } else {
      alone++;
    }
    if (!names.has(name)) fields.push(field);
    names.add(name);
  }
  return pairs > 0 && alone <= pairs ? fields : undefined;
}

/** A key ends at a blank or `=`; a quote in it means that this is no logfmt. */
function endOfKey(line: string, from: number): number {
  let at = from;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === equals || isBlank(code)) return at;
    if (code === quote) return from;
  }
  return at;
}

function endOfValue(line: string, from: number): number {
  if (line.charCodeAt(from) !== quote) {
    let at = from;
    while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    return at;
  }
  for (let at = from + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at + 1;
  }
  return -1;
}

function valueText(value: string): string {
  if (value.charCodeAt(0) !== quote) return value;
  const inner = value.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  try {
    return JSON.parse(value) as string;
  } catch {
    // Escapes that JSON does not know stand for themselves.
    return inner.replace(/\\(["\\])/g, "$1");
  }
}

function isBlank(code: number): boolean {
  return code === space || code === 9;
}
