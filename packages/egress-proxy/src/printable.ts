/** Text of unknown origin as visible ASCII, as audit records have it: no byte of it reaches a terminal as a command. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
