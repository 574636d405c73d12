/** Reads the text of a variable or an option as YAML; text that is no YAML stands for itself. */
export type ReadValue = (text: string) => unknown;

/**
 * A reader for these texts. Loading the YAML parser takes several milliseconds, and nearly every value on a command line is a
 * word, a number or a path: only when one is more than that is the parser loaded.
 */
export async function valueReader(texts: Iterable<string>): Promise<ReadValue> {
  if ([...texts].every((text) => plainValue(text) !== undefined)) return (text) => plainValue(text)?.value;
  const { parseDocument } = await import("yaml");
  return (text) => {
    const plain = plainValue(text);
    if (plain !== undefined) return plain.value;
    // Not `parse`: silenced, it gives what it could make of a text that is no YAML.
    const document = parseDocument(text, { prettyErrors: false });
    try {
      return document.errors.length > 0 ? text : document.toJS();
    } catch {
      return text;
    }
  };
}

/** What YAML 1.2's core schema makes of a text that needs no parser; undefined when it needs one. */
function plainValue(text: string): { value: unknown } | undefined {
  if (/^(true|false)$/i.test(text))
    return /^(true|false|True|False|TRUE|FALSE)$/.test(text) ? { value: /^t/i.test(text) } : { value: text };
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return { value: Number(text) };
  const isNull = /^null$/i.test(text);
  return !isNull && PLAIN_TEXT.some((pattern) => pattern.test(text)) ? { value: text } : undefined;
}

// No character here means anything to YAML where it stands, and none of these is a number.
const PLAIN_TEXT = [
  // Words, paths, hosts with ports, URLs, lists with commas. What begins with an asterisk would be an alias of nothing.
  /^(\*\.)?[A-Za-z/][\w/.,@+%?&=-]*(:[\w/.,@+%?&=-]+)*$/,
  // IPv4 addresses and blocks; a port alone.
  /^\d{1,3}(\.\d{1,3}){3}(:\d{1,5}|\/\d{1,2})?$/,
  /^:\d{1,5}$/,
  // Durations and sizes.
  /^\d+(ms|[smh]|[KMG]i?B|kB)$/,
];
