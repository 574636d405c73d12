import { dayPattern, longDayPattern, monthNumber, monthPattern } from "./names.ts";
import { offsetOf, offsetPattern } from "./offsets.ts";
import type { Reading } from "./reading.ts";

/** One way to write a time: a sticky pattern with named groups, of which `readGroups` makes a reading. */
export interface TimeFormat {
  readonly pattern: RegExp;
  read(groups: Record<string, string | undefined>): Reading | undefined;
}

const clock = "(?<hour>\\d\\d?):(?<minute>\\d\\d):(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?";
const zone = `(?<offset>${offsetPattern})?(?![\\w:])`;
const half = "(?: ?(?<half>[AaPp][Mm]))?";
const month = `(?<monthName>${monthPattern})`;

/** The forms that `auto` knows. No text has two of them at one place, so their order is of no meaning. */
export const autoFormats: readonly TimeFormat[] = [
  // RFC 3339 and its relatives: 2024-04-22T14:29:49.718Z, 2024/04/22 14:29:49,718 +0200, 2024-04-22
  numeric(
    `(?<year>\\d{4})[-/.](?<month>\\d\\d?)[-/.](?<day>\\d\\d?)(?:(?:[Tt_ ]|, ?)(?<hour>\\d\\d?):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?)?${zone})?(?![\\d])`,
  ),
  // ISO 8601 without separators: 20240422T142949Z, 20240422 14:29:49
  numeric(
    `(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)[T ](?<hour>\\d\\d):?(?<minute>\\d\\d):?(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?${zone}`,
  ),
  // Common log, RFC 1123, RFC 850, PHP, Redis: 22/Apr/2024:14:29:49 +0000, Mon, 22 Apr 2024 14:29:49 GMT
  numeric(
    `(?:(?:${longDayPattern}|${dayPattern}),? )?(?<day>\\d\\d?)[ /-]${month}[ /-](?<year>\\d{4}|\\d\\d)[ :T]${clock}${zone}`,
  ),
  // Syslog, asctime, date(1): Apr  2 14:29:49, Mon Apr 22 14:29:49 UTC 2024
  numeric(
    `(?:(?:${dayPattern}),? )?${month} (?<day>[ \\d]?\\d) ${clock}${zone}(?: (?<year>(?:19|20)\\d\\d)(?![\\w:.-]))?`,
  ),
  // java.util.logging: Apr 22, 2024 2:29:49 PM
  numeric(`${month} (?<day>\\d\\d?), (?<year>\\d{4}),? ${clock}${half}${zone}`),
  // 22/04/2024 14:29:49, 04/22/2024 2:29:49 PM, 22.04.2024 14:29:49
  {
    pattern: sticky(
      `(?<first>\\d\\d?)(?<separator>[-/.])(?<second_>\\d\\d?)[-/.](?<year>\\d{4})(?:,? |T)${clock}${half}${zone}`,
    ),
    read: readDayOrMonthFirst,
  },
  // 14:29:49.718: today
  numeric(`${clock}(?![\\w:])`),
];

function sticky(source: string): RegExp {
  return new RegExp(source, "y");
}

function numeric(source: string): TimeFormat {
  return { pattern: sticky(source), read: readGroups };
}

/** The reading that named groups spell: `year month monthName day hour half minute second fraction offset`. */
export function readGroups(groups: Record<string, string | undefined>): Reading | undefined {
  const offset = groups.offset === undefined ? undefined : offsetOf(groups.offset);
  if (groups.offset !== undefined && offset === undefined) return undefined;
  return {
    year: groups.year === undefined ? undefined : fullYear(groups.year),
    month: groups.monthName === undefined ? number(groups.month) : monthNumber(groups.monthName),
    day: number(groups.day),
    hour: hourOf(number(groups.hour) ?? 0, groups.half),
    minute: number(groups.minute) ?? 0,
    second: number(groups.second) ?? 0,
    fraction: groups.fraction ?? "",
    offset,
  };
}

/** `03/04/2024` could be either, and a wrong month is worse than none: such a log needs a declared format. */
function readDayOrMonthFirst(groups: Record<string, string | undefined>): Reading | undefined {
  const first = Number(groups.first);
  const second = Number(groups.second_);
  const dayFirst = groups.separator === "." || first > 12 || first === second;
  if (!dayFirst && second <= 12) return undefined;
  const [day, month] = dayFirst ? [groups.first, groups.second_] : [groups.second_, groups.first];
  return readGroups({ ...groups, day, month });
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Two digits as POSIX reads them: 69 to 99 are of the last century. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year < 69 ? 2000 + year : 1900 + year;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}
