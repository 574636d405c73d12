/** Parses a record as JSON, once for all rules that look at it. */

let lastText = "";
let lastStart = -1;
let lastEnd = -1;
let lastRecord: Readonly<Record<string, unknown>> | undefined;

/** The JSON object that `text[start, end)` is; undefined when it is none. */
export function parsedRecord(text: string, start: number, end: number): Readonly<Record<string, unknown>> | undefined {
  if (start === lastStart && end === lastEnd && text === lastText) return lastRecord;
  lastText = text;
  lastStart = start;
  lastEnd = end;
  lastRecord = parse(text, start, end);
  return lastRecord;
}

function parse(text: string, start: number, end: number): Readonly<Record<string, unknown>> | undefined {
  let first = start;
  while (first < end && text.charCodeAt(first) <= 32) first++;
  // Most records that are no JSON are told by their first character.
  if (text.charCodeAt(first) !== 0x7b) return undefined;
  try {
    return JSON.parse(text.substring(first, end)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
