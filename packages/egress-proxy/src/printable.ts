const INVISIBLE = /[^\x20-\x7e]/;

/** Text of unknown origin as visible ASCII: no byte of it reaches a terminal as a command, or looks like the end of a field. */
export function printable(text: string): string {
  if (!INVISIBLE.test(text)) return text;
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
