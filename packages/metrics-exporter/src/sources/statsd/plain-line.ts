/** Lines that differ in their value only: an application sends the same few again and again. */

/** A line of one plain value. */
export interface PlainLine {
  /** The line without its value; lines with equal keys mean the same. */
  readonly key: string;
  readonly value: number;
}

/** Longer lines are not worth their memory. */
const longest = 256;

/** Takes a line apart; undefined when its value has a sign or an exponent, or there are several. Its syntax is not judged. */
export function plainLine(line: string): PlainLine | undefined {
  const colon = line.indexOf(":");
  const bar = line.indexOf("|", colon);
  if (colon < 0 || bar < 0 || line.length > longest) return undefined;
  const text = line.slice(colon + 1, bar);
  if (!/^\d{1,15}(?:\.\d{1,15})?$/.test(text)) return undefined;
  return { key: line.slice(0, colon + 1) + line.slice(bar), value: Number(text) };
}
