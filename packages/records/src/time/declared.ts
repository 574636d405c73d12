import { UsageError } from "@outrigger/runtime/errors";
import { readGroups, type TimeFormat } from "./auto.ts";
import { dayPattern, longDayPattern, longMonthPattern, monthPattern } from "./names.ts";
import { offsetPattern } from "./offsets.ts";

const offset = `(?<offset>${offsetPattern})`;

/** Pattern letters as Java and .NET have them (a superset of both; `t` is .NET's AM/PM, `f` its fraction). */
const letters: Record<string, string> = {
  yyyy: "(?<year>\\d{4})",
  uuuu: "(?<year>\\d{4})",
  yy: "(?<year>\\d\\d)",
  MMMM: `(?<monthName>${longMonthPattern})`,
  MMM: `(?<monthName>${monthPattern})`,
  MM: "(?<month>\\d\\d)",
  M: "(?<month>\\d\\d?)",
  dddd: `(?:${longDayPattern})`,
  ddd: `(?:${dayPattern})`,
  dd: "(?<day>\\d\\d)",
  d: "(?<day>[ \\d]?\\d)",
  EEEE: `(?:${longDayPattern})`,
  EEE: `(?:${dayPattern})`,
  E: `(?:${dayPattern})`,
  HH: "(?<hour>\\d\\d)",
  H: "(?<hour>\\d\\d?)",
  hh: "(?<hour>\\d\\d)",
  h: "(?<hour>\\d\\d?)",
  mm: "(?<minute>\\d\\d)",
  m: "(?<minute>\\d\\d?)",
  ss: "(?<second>\\d\\d)",
  s: "(?<second>\\d\\d?)",
  a: "(?<half>[AaPp][Mm])",
  tt: "(?<half>[AaPp][Mm])",
};

/** The same for strftime(3). `%f`, `%L` and `%N` are the fractions of Python, Ruby and date(1). */
const conversions: Record<string, string> = {
  Y: letters.yyyy!,
  y: letters.yy!,
  m: letters.M!,
  d: letters.d!,
  e: letters.d!,
  B: letters.MMMM!,
  b: letters.MMM!,
  h: letters.MMM!,
  A: letters.EEEE!,
  a: letters.EEE!,
  H: letters.H!,
  k: "[ ]?(?<hour>\\d\\d?)",
  I: letters.h!,
  l: "[ ]?(?<hour>\\d\\d?)",
  M: letters.m!,
  S: letters.s!,
  p: letters.a!,
  f: "(?<fraction>\\d+)",
  L: "(?<fraction>\\d+)",
  N: "(?<fraction>\\d+)",
  z: offset,
  Z: offset,
  F: `${letters.yyyy}-${letters.M}-${letters.d}`,
  T: `${letters.H}:${letters.m}:${letters.s}`,
  D: `${letters.M}/${letters.d}/${letters.yy}`,
  "%": "%",
};

/**
 * A time format that a user declares, with pattern letters (`dd/MM/yyyy HH:mm:ss.fff zzz`, text in single quotes) or, when
 * it holds a `%`, as for strftime (`%d/%m/%Y %H:%M:%S`).
 *
 * @throws UsageError naming the part that is not understood.
 */
export function declaredFormat(format: string): TimeFormat {
  const source = format.includes("%") ? fromConversions(format) : fromLetters(format);
  try {
    return { pattern: new RegExp(`${source}(?!\\d)`, "y"), read: readGroups };
  } catch {
    throw new UsageError(`time format "${format}": a part of the time is there twice: name each once`);
  }
}

function fromLetters(format: string): string {
  let source = "";
  for (const [token] of format.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (token === "''") source += "'";
    else if (token.startsWith("'") && token.length > 1) source += literal(token.slice(1, -1));
    else if (!/^[A-Za-z]/.test(token)) source += literal(token);
    else if (token === "T" || token === "Z") source += token === "T" ? "T" : offset;
    else if (/^[SfFn]+$/.test(token)) source += "(?<fraction>\\d+)";
    else if (/^[zZXxKO]+$/.test(token)) source += offset;
    else if (letters[token] !== undefined) source += letters[token];
    else throw unknown(format, token, `one of ${Object.keys(letters).join(" ")} S f z, or text in single quotes`);
  }
  return source;
}

function fromConversions(format: string): string {
  let source = "";
  for (const [token] of format.matchAll(/%[-_0^]?\d?[A-Za-z%]|[^%]+|%/g)) {
    if (!token.startsWith("%")) {
      source += literal(token);
      continue;
    }
    const conversion = conversions[token.at(-1)!];
    if (conversion === undefined || token === "%") {
      throw unknown(format, token, `one of %${Object.keys(conversions).join(" %")}`);
    }
    source += conversion;
  }
  return source;
}

/** Blanks stand for any number of them: dates are often padded. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/ +/g, " +");
}

function unknown(format: string, token: string, expected: string): UsageError {
  return new UsageError(`time format "${format}": "${token}" is not known: write ${expected}`);
}
