import { utc, type Zone, zoneOf } from "./zone.ts";

/** Abbreviations that mean one offset wherever they are written: those of RFC 822, and central Europe's. */
const abbreviations: Record<string, number> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  CET: 60,
  CEST: 120,
};

/** Source of a pattern for an offset or a zone's name, directly behind a time or after a blank. */
export const offsetPattern = `(?:[+-]\\d\\d(?::?\\d\\d)?| ?(?:[+-]\\d\\d:?\\d\\d|[Zz]|UTC|GMT|${Object.keys(abbreviations).join("|")}|[A-Z][A-Za-z]+/[A-Za-z_/+-]+))`;

/** Minutes ahead of UTC, or the zone, that `text` names; undefined for an unknown name. */
export function offsetOf(text: string): number | Zone | undefined {
  const name = text.trim();
  if (name === "Z" || name === "z" || name === "UTC" || name === "GMT") return utc;
  const digits = /^([+-])(\d\d):?(\d\d)?$/.exec(name);
  if (digits !== null) {
    const minutes = Number(digits[2]) * 60 + Number(digits[3] ?? 0);
    return digits[1] === "-" ? -minutes : minutes;
  }
  const minutes = abbreviations[name];
  if (minutes !== undefined) return minutes;
  try {
    return zoneOf(name);
  } catch {
    return undefined;
  }
}
