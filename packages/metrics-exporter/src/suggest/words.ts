/** What the words of log lines are: the fixed text of a message, or something that varies. */

export type WordKind = "text" | "level" | "time" | "identifier" | "duration" | "bytes" | "number" | "value";

const level =
  /^\[?(?:trace|trc|debug|dbg|info|inf|information|notice|warn|wrn|warning|error|err|fatal|ftl|critical|crit)\]?:?$/i;
const time =
  /^\[?(?:\d{4}[-/.]\d\d[-/.]\d\d\S*|\d\d[-/.]\d\d[-/.]\d{4}\S*|\d\d:\d\d(?::\d\d\S*)?|[+-]\d\d:?\d\d|\d\d\/[A-Z][a-z]{2}\/\d{4}\S*)\]?,?$/;
const identifier =
  /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|0x[\da-f]+|[\da-f]{12,}|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\S+@\S+\.\S+|\/\S*)$/i;
const duration = /^[\d.,]+(?:ns|us|µs|ms|s|m|h)$/;
const bytes = /^[\d.,]+(?:B|[kKMGT]i?B)$/;

/** What a word without its brackets and punctuation is. */
export function kindOf(word: string): WordKind {
  if (level.test(word)) return "level";
  if (time.test(word)) return "time";
  if (identifier.test(word)) return "identifier";
  if (duration.test(word)) return "duration";
  if (bytes.test(word)) return "bytes";
  if (/^[+-]?\d[\d.,]*$/.test(word)) return "number";
  return /\d/.test(word) ? "value" : "text";
}

/** Units that stand behind a number as a word of their own. */
export const unitWords: Readonly<Record<string, "duration" | "bytes">> = {
  ms: "duration",
  s: "duration",
  us: "duration",
  B: "bytes",
  kB: "bytes",
  MB: "bytes",
  KiB: "bytes",
  MiB: "bytes",
};

/** A line in parts: words, and the blanks and punctuation between them. */
export function cut(line: string): string[] {
  return line.split(/([\s,;:=()[\]{}"'|<>]+)/).filter((part) => part !== "");
}

export function isSeparator(part: string): boolean {
  return /^[\s,;:=()[\]{}"'|<>]+$/.test(part);
}
