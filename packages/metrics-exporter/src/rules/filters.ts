/** Changes to captured text that keep label values few. */

/** Changes one captured text. */
export type Filter = (text: string) => string;

/** All filters by the name that templates use. */
export const filters: Readonly<Record<string, Filter>> = {
  path: normalizePath,
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  class: (text) => (/^[1-9]\d\d$/.test(text) ? `${text[0]}xx` : text),
};

const identifier = /^(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{12,})$/i;

/** A path without its query, with `:id` in place of numbers, UUIDs and long hexadecimal segments. */
function normalizePath(text: string): string {
  const [path = ""] = text.split(/[?#]/, 1);
  if (!/\d/.test(path) && path.length < 12) return path;
  return path
    .split("/")
    .map((segment) => (identifier.test(segment) ? ":id" : segment))
    .join("/");
}
