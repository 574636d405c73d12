/**
 * The keys in the name of a variable or file. A separator needs a name on both sides: in a name that begins or ends
 * with one, or has two in a row, it separates nothing, and the whole name is one key.
 */
export function segmentsOf(name: string, separator: string | RegExp): string[] {
  const segments = name.split(separator);
  return segments.includes("") ? [name] : segments;
}
