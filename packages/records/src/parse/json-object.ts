import type { Field } from "../record.ts";
import { codes, JsonCursor, unquote } from "./json-cursor.ts";

const control = /[\0-\x1f]/;

/**
 * Where the members of the JSON object that a line is stand in it. One instance is used for line after line: nothing is
 * allocated per member, and the names of one line, which most often are those of the next, are recognised.
 */
export class JsonMembers {
  line = "";
  count = 0;
  /** The name of each member. */
  readonly names: string[] = [];
  /** The same as it is spelled, with the colon and the blanks behind it. */
  readonly #keys: string[] = [];
  readonly #starts: number[] = [];
  readonly #valueStarts: number[] = [];
  readonly #valueEnds: number[] = [];
  readonly #cursor = new JsonCursor();
  /** Somewhere in the line is a backslash. */
  #hasEscapes = false;

  /** Finds the members; false when the line is anything else: other JSON, an object with text behind it, no JSON. */
  read(line: string): boolean {
    this.line = line;
    this.count = 0;
    // JSON has no raw control characters inside strings, but a tab may stand between members.
    if (line.charCodeAt(0) !== codes.openBrace && !/^\s*\{/.test(line)) return false;
    if (control.test(line) && !isJson(line)) return false;
    const cursor = this.#cursor;
    cursor.reset(line);
    this.#hasEscapes = line.includes("\\");
    let at = cursor.blanks(cursor.blanks(0) + 1);
    if (line.charCodeAt(at) === codes.closeBrace) return cursor.blanks(at + 1) === line.length;
    for (;;) {
      at = this.#member(at);
      if (at < 0) return false;
      const code = line.charCodeAt(at);
      if (code === codes.closeBrace) return cursor.blanks(at + 1) === line.length;
      if (code !== codes.comma) return false;
      at = line.charCodeAt(at + 1) === codes.quote ? at + 1 : cursor.blanks(at + 1);
    }
  }

  /** The value of a member, as it is spelled. */
  json(index: number): string {
    return this.line.slice(this.#valueStarts[index], this.#valueEnds[index]);
  }

  /** The members `from` to before `to`, as the line has them. */
  text(from: number, to: number): string {
    return from < to ? this.line.slice(this.#starts[from], this.#valueEnds[to - 1]) : "";
  }

  #member(at: number): number {
    const index = this.count++;
    const key = this.#keys[index];
    const from = key !== undefined && this.line.startsWith(key, at) ? at + key.length : this.#newKey(at, index);
    if (from < 0) return -1;
    // Most values are strings, and most lines have no escapes: then the next quote is the closing one.
    const isPlain = !this.#hasEscapes && this.line.charCodeAt(from) === codes.quote;
    const end = isPlain ? this.line.indexOf('"', from + 1) + 1 || -1 : this.#cursor.value(from);
    if (end < 0) return -1;
    this.#starts[index] = at;
    this.#valueStarts[index] = from;
    this.#valueEnds[index] = end;
    return this.line.charCodeAt(end) === codes.comma ? end : this.#cursor.blanks(end);
  }

  #newKey(at: number, index: number): number {
    const end = this.#cursor.string(at);
    const from = end < 0 ? -1 : this.#cursor.colon(end);
    if (from < 0) return -1;
    this.#keys[index] = this.line.slice(at, from);
    this.names[index] = unquote(this.line.slice(at, end));
    return from;
  }
}

/** The members of a JSON object; of equal names the last counts. Undefined when `text` is anything else. */
export function readObject(text: string): Field[] | undefined {
  const members = new JsonMembers();
  if (!members.read(text)) return undefined;
  const fields = new Map<string, Field>();
  for (let index = 0; index < members.count; index++) {
    const name = members.names[index]!;
    fields.set(name, { name, json: members.json(index) });
  }
  return [...fields.values()];
}

/** The single values in a record's `fields`. */
export function listFields(fields: string): Field[] {
  return fields === "" ? [] : (readObject(`{${fields}}`) ?? []);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
