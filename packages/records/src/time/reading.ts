import type { Zone } from "./zone.ts";

/** What a text says about a time, before it is an instant. */
export interface Reading {
  /** Absent when the text has none (syslog): the latest that is not more than a day ahead is meant. */
  year?: number | undefined;
  /** 1 to 12; absent together with `day` when the text is a bare clock time of today. */
  month?: number | undefined;
  day?: number | undefined;
  hour: number;
  minute: number;
  second: number;
  /** Digits after the decimal point as they were written; "" for none. */
  fraction: string;
  /** Minutes ahead of UTC, or a zone, when the text names one: it wins over the configured zone. */
  offset?: number | Zone | undefined;
}

const day = 86_400_000;

/** RFC 3339 in UTC, or undefined when the numbers are no time (month 13, 30 February). `now` settles what is left out. */
export function rfc3339(reading: Reading, zone: Zone, now: () => number): string | undefined {
  const instant = instantOf(reading, zone, now);
  return instant === undefined ? undefined : format(instant, reading.fraction);
}

/**
 * RFC 3339 of an instant in milliseconds (whole seconds count) with the digits of its fraction: kept as they are up to
 * nanoseconds, and `000` when there are none, so that every time has the shape of the tools' own logs.
 */
export function format(instant: number, fraction: string): string {
  const text = new Date(instant).toISOString();
  return `${text.slice(0, -5)}.${fraction === "" ? "000" : fraction.slice(0, 9)}Z`;
}

function instantOf(reading: Reading, zone: Zone, now: () => number): number | undefined {
  if (!(reading.hour <= 23 && reading.minute <= 59 && reading.second <= 60)) return undefined;
  if (reading.year !== undefined) return inYear(reading, reading.year, zone);
  const current = now();
  if (reading.month === undefined) {
    const today = new Date(zoneFor(reading, zone).local(current));
    return inYear(
      { ...reading, month: today.getUTCMonth() + 1, day: today.getUTCDate() },
      today.getUTCFullYear(),
      zone,
    );
  }
  // 29 February is in a leap year only, and there may be seven years between two (1896, 1904).
  const latest = new Date(current + day).getUTCFullYear() + 1;
  for (let year = latest; year > latest - 10; year--) {
    const instant = inYear(reading, year, zone);
    if (instant !== undefined && instant <= current + day) return instant;
  }
  return undefined;
}

function inYear(reading: Reading, year: number, zone: Zone): number | undefined {
  const month = (reading.month ?? 1) - 1;
  const local = Date.UTC(year, month, reading.day ?? 1, reading.hour, reading.minute, reading.second);
  const date = new Date(Date.UTC(year, month, reading.day ?? 1));
  // Date.UTC carries over instead of refusing, and takes years below 100 for 1900 and on.
  if (date.getUTCMonth() !== month || date.getUTCFullYear() !== year) return undefined;
  return zoneFor(reading, zone).instant(local);
}

function zoneFor(reading: Reading, zone: Zone): Zone {
  const { offset } = reading;
  if (offset === undefined) return zone;
  if (typeof offset === "object") return offset;
  const ms = offset * 60_000;
  return { instant: (local) => local - ms, local: (instant) => instant + ms };
}
