/** What a parser makes of a record's first line. */
export interface ParsedRecord {
  /** RFC 3339 in UTC; absent when the line has no time, or one that cannot be read. */
  time: string | undefined;
  /** As `normalizeLevel` gives it; absent when the line has none. */
  level: string | undefined;
  /** The whole line when the format has no message part. */
  message: string;
  /** The message as JSON text, if the line had it so and it is not to be escaped again. */
  messageJson?: string | undefined;
  /**
   * What else the line says: the members of a JSON object without its braces, "" for none.
   *
   * Values are spelled as in the line: integers beyond 2^53, `1.50` and `1e3` survive, and a name such as `__proto__` is
   * plain data, because no JavaScript object is ever built from a line.
   */
  fields: string;
}

/** Makes a record of one line without its line end, or returns undefined when the line is not of the parser's format. */
export type Parse = (line: string) => ParsedRecord | undefined;

/** One member of `fields`. */
export interface Field {
  readonly name: string;
  /** The value as JSON text. */
  readonly json: string;
}

/** `fields` out of its members. */
export function fieldsText(fields: readonly Field[]): string {
  let text = "";
  for (const { name, json } of fields) text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${json}`;
  return text;
}

/** A field whose value is text. */
export function textField(name: string, value: string): Field {
  return { name, json: JSON.stringify(value) };
}
