import { isScalar, type Node, type Scalar } from "../node.ts";

/**
 * Whether two values are equal as RFC 6902 (section 4.6) means it: numbers by their value at any precision, members in any
 * order. Text without a type of its own equals any scalar that reads like it.
 */
export function sameValue(a: Node, b: Node): boolean {
  if (isScalar(a) && isScalar(b)) return sameScalar(a, b);
  if (a.kind === "list" && b.kind === "list")
    return a.items.length === b.items.length && a.items.every((item, index) => sameValue(item, b.items[index] as Node));
  if (a.kind !== "map" || b.kind !== "map" || a.entries.size !== b.entries.size) return false;
  return a.entries.entries().every(([key, value]) => {
    const other = b.entries.get(key);
    return other !== undefined && sameValue(value, other);
  });
}

function sameScalar(a: Scalar, b: Scalar): boolean {
  if (a.origin.untyped !== b.origin.untyped) return a.text === b.text;
  if (a.kind !== b.kind) return false;
  return a.kind === "number" ? magnitude(a.text) === magnitude(b.text) : a.text === b.text;
}

/** One spelling for all numbers of the same value: the digits without zeros around them, and their power of ten. */
function magnitude(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^([-+]?)([0-9]*)\.?([0-9]*)(?:[eE]([-+]?[0-9]+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  // No number: infinity and not-a-number have one spelling each.
  if (whole + fraction === "") return text;
  if (significant === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign === "-" ? "-" : ""}${significant}e${power}`;
}
