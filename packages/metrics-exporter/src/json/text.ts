/** JSON values as label values and as text that may hold a number. */

/** A scalar as text; "" for null, missing values and anything that is no scalar. */
export function scalarText(value: unknown): string {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
