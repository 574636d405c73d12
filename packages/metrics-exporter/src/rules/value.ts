/** From the text of a value to the number that a rule observes. */
import { durationUnits, parseQuantity, type QuantityType, scale } from "./quantity.ts";

/** The number in base units; undefined: no observation; NaN: text that is no number. */
export type ReadValue = (text: string) => number | undefined;

/** What `unit` may be. */
export const unitNames: readonly string[] = [...Object.keys(durationUnits), "bytes", "number", "duration"];

/**
 * How values are read.
 *
 * @param unit a name out of `unitNames`; undefined: a plain number.
 * @param map numbers for texts that are none.
 */
export function compileValue(unit: string | undefined, map: Readonly<Record<string, number>> = {}): ReadValue {
  const read = unit === undefined ? reader("number") : unitReader(unit);
  const words = new Map(Object.entries(map));
  return (text) => {
    const trimmed = text.trim();
    const mapped = words.size > 0 ? words.get(trimmed) : undefined;
    if (mapped !== undefined) return mapped;
    if (trimmed === "" || trimmed === "-") return undefined;
    return read(trimmed) ?? Number.NaN;
  };
}

function unitReader(unit: string): (text: string) => number | undefined {
  const seconds = durationUnits[unit];
  if (seconds === undefined) return reader(unit as QuantityType);
  return (text) => {
    const amount = parseQuantity("number", text);
    return amount === undefined ? undefined : scale(amount, seconds);
  };
}

function reader(type: QuantityType): (text: string) => number | undefined {
  return (text) => parseQuantity(type, text);
}
