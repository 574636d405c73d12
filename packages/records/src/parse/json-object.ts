import type { Field } from "../record.ts";
import { codes, JsonCursor, unquote } from "./json-cursor.ts";

const control = /[\0-\x1f]/;

/** More members than this are looked up in a set instead of one by one. */
const few = 16;

/**
 * The members of the JSON object that `line` is, as they are spelled; of equal names the last counts. Undefined when the
 * line is anything else: other JSON, an object with text behind it, no JSON.
 */
export function readObject(line: string): Field[] | undefined {
  // JSON has no raw control characters inside strings, but a tab may stand between members.
  if (control.test(line) && !isJson(line)) return undefined;
  const cursor = new JsonCursor(line);
  let at = cursor.blanks(0);
  if (line.charCodeAt(at) !== codes.openBrace) return undefined;
  at = cursor.blanks(at + 1);
  const fields: Field[] = [];
  if (line.charCodeAt(at) === codes.closeBrace) return atEnd(cursor, at + 1) ? fields : undefined;
  for (;;) {
    const nameEnd = cursor.string(at);
    const from = nameEnd < 0 ? -1 : cursor.name(at);
    const end = from < 0 ? -1 : cursor.value(from);
    if (end < 0) return undefined;
    fields.push({ name: unquote(line.slice(at, nameEnd)), json: line.slice(from, end) });
    at = cursor.blanks(end);
    const code = line.charCodeAt(at);
    if (code === codes.closeBrace) return atEnd(cursor, at + 1) ? lastOfEach(fields) : undefined;
    if (code !== codes.comma) return undefined;
    at = cursor.blanks(at + 1);
  }
}

function atEnd(cursor: JsonCursor, at: number): boolean {
  return cursor.blanks(at) === cursor.text.length;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function lastOfEach(fields: Field[]): Field[] {
  if (fields.length > few) {
    const byName = new Map(fields.map((field) => [field.name, field]));
    return byName.size === fields.length ? fields : [...byName.values()];
  }
  for (let i = 0; i < fields.length; i++) {
    for (let j = i + 1; j < fields.length; j++) {
      if (fields[i]!.name === fields[j]!.name) return [...new Map(fields.map((field) => [field.name, field])).values()];
    }
  }
  return fields;
}
