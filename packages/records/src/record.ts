/**
 * One value that a parser found beside time, level and message.
 *
 * The value is JSON text, spelled as in the log line: integers beyond 2^53, `1.50` and `1e3` survive, and a name such as
 * `__proto__` is plain data, because no JavaScript object is ever built from a line.
 */
export interface Field {
  readonly name: string;
  readonly json: string;
}

/** What a parser makes of a record's first line. */
export interface ParsedRecord {
  /** RFC 3339 in UTC; absent when the line has no time, or one that cannot be read. */
  time: string | undefined;
  /** As `normalizeLevel` gives it; absent when the line has none. */
  level: string | undefined;
  /** The whole line when the format has no message part. */
  message: string;
  readonly fields: Field[];
}

/** Makes a record of one line without its line end, or returns undefined when the line is not of the parser's format. */
export type Parse = (line: string) => ParsedRecord | undefined;

/** A field whose value is text. */
export function textField(name: string, value: string): Field {
  return { name, json: JSON.stringify(value) };
}
