import { format } from "./reading.ts";

const number = /^(\d+)(?:\.(\d+))?(?:[eE]\+?(\d{1,2}))?$/;

/**
 * RFC 3339 of a count since 1970, whose unit its digits tell: seconds (9 to 11), milliseconds (to 14), microseconds (to
 * 17) or nanoseconds (to 20). Decimals and an exponent are understood; undefined for any other text.
 */
export function readEpoch(text: string): string | undefined {
  const match = number.exec(text);
  if (match === null) return undefined;
  const [whole, decimals] = shift(match[1]!, match[2] ?? "", Number(match[3] ?? 0));
  if (whole.length < 9 || whole.length > 20) return undefined;
  const below = whole.length <= 11 ? 0 : whole.length <= 14 ? 3 : whole.length <= 17 ? 6 : 9;
  const seconds = whole.slice(0, whole.length - below);
  const instant = Number(seconds) * 1000;
  if (instant > 253_402_300_799_000) return undefined;
  return format(instant, (below === 0 ? "" : whole.slice(-below)) + decimals);
}

/** `1.71e9` written without its exponent, digit by digit: a double would lose nanoseconds. */
function shift(whole: string, decimals: string, exponent: number): [string, string] {
  const padded = decimals.padEnd(exponent, "0");
  return [(whole + padded.slice(0, exponent)).replace(/^0+(?=\d)/, ""), padded.slice(exponent)];
}
