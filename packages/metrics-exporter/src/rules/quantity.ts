/** Numbers, durations and sizes as logs write them. */

/** What a capture may be typed as, beside plain text. */
export type QuantityType = "number" | "int" | "duration" | "bytes";

// Counts are bounded so that scanning stays linear whatever a line holds.
const digits = String.raw`(?:\d{1,3}(?:,\d{3}){1,20}(?!\d)|\d{1,400})`;
const unsigned = String.raw`(?:${digits}(?:\.\d{1,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?`;
const durationUnit = "(?:ns|us|[µμ]s|ms|s|m|h|d)(?![A-Za-z_])";
const byteUnit = "(?:[kKMGT]B|[KMGT]iB?|[kKMGT]|B)(?![A-Za-z_])";
// Behind a blank it may also be the name of what comes next: `n=7 d=2`, `7 s3://backup`.
const withUnit = (unit: string) => `(?:${unit}| ${unit}(?![\\d=]))`;
const span = `${unsigned}${withUnit(durationUnit)}`;

const grammars: Record<QuantityType, string> = {
  number: `[+-]?${unsigned}`,
  int: `[+-]?${digits}`,
  // Clock time before spans before a bare number: each is a prefix of the one before.
  duration: String.raw`[+-]?(?:\d{1,9}:\d{2}:\d{2}(?:\.\d{1,20})?|${span}(?: ?${span}){0,8}|${unsigned})`,
  bytes: `[+-]?${unsigned}${withUnit(byteUnit)}?`,
};

const scanners = mapGrammars((grammar) => new RegExp(grammar, "y"));
const wholes = mapGrammars((grammar) => new RegExp(`^${grammar}$`));

function mapGrammars(make: (grammar: string) => RegExp): Record<QuantityType, RegExp> {
  const { number, int, duration, bytes } = grammars;
  return { number: make(number), int: make(int), duration: make(duration), bytes: make(bytes) };
}

/** Where the quantity that begins at `from` ends, as far as its grammar goes; -1 when there is none. */
export function scanQuantity(type: QuantityType, text: string, from: number): number {
  const scanner = scanners[type];
  scanner.lastIndex = from;
  return scanner.test(text) ? scanner.lastIndex : -1;
}

/** The value of a whole text in base units (seconds, bytes); undefined when it is no finite quantity of this type. */
export function parseQuantity(type: QuantityType, text: string): number | undefined {
  // Most are digits alone, which mean the same in every grammar.
  if (isWholeNumber(text)) return Number(text);
  if (!wholes[type].test(text)) return undefined;
  const value = converters[type](text);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether it is digits alone, no more than a number holds exactly. */
function isWholeNumber(text: string): boolean {
  if (text.length === 0 || text.length > 15) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

const converters: Record<QuantityType, (text: string) => number> = {
  number: toNumber,
  int: toNumber,
  duration: toSeconds,
  bytes: toBytes,
};

function toNumber(text: string): number {
  return Number(text.includes(",") ? text.replaceAll(",", "") : text);
}

/** Seconds per unit. */
export const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

const spans = new RegExp(`(${unsigned}) ?(${durationUnit})`, "g");

function toSeconds(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const magnitude = text.replace(/^[+-]/, "");
  if (magnitude.includes(":")) {
    const [hours = 0, minutes = 0, seconds = 0] = magnitude.split(":").map(Number);
    return sign * (hours * 3600 + minutes * 60 + seconds);
  }
  let total: number | undefined;
  for (const [, amount = "", unit = ""] of magnitude.matchAll(spans)) {
    total = (total ?? 0) + scale(toNumber(amount), durationUnits[unit] as number);
  }
  return sign * (total ?? toNumber(magnitude));
}

/** Multiplies by a unit; small units divide by their exact inverse, so that 50 ms is 0.05 and not 0.05000000000000001. */
export function scale(amount: number, unit: number): number {
  return unit < 1 ? amount / Math.round(1 / unit) : amount * unit;
}

const byteFactors: Readonly<Record<string, number>> = { k: 1, K: 1, M: 2, G: 3, T: 4 };

function toBytes(text: string): number {
  const [, amount = "", unit = ""] = /^(.*?) ?([kKMGT]i?B?|B)?$/.exec(text) ?? [];
  const power = byteFactors[unit[0] ?? ""] ?? 0;
  const base = /^(?:k|.B)$/.test(unit) ? 1000 : 1024;
  return toNumber(amount) * base ** power;
}
