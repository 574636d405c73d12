import { isSafePath } from "./path-safety.ts";

/** A pattern over path segments: `*` is exactly one segment, `**` any number of them, also none. */
export interface PathPattern {
  readonly text: string;
  readonly segments: readonly string[];
}

/** @throws {RangeError} with a sentence about what to write instead. */
export function parsePathPattern(text: string): PathPattern {
  if (!text.startsWith("/")) throw new RangeError(`"${text}" must start with "/"`);
  if (/[?#\s]/.test(text)) throw new RangeError(`"${text}" must be a path without query, fragment and spaces`);
  if (!isSafePath(text))
    throw new RangeError(`"${text}" matches nothing: dot segments, "//", "%2f", "%5c" and "\\" are refused`);
  if (!/^[\x21-\x7e]*$/.test(text))
    throw new RangeError(`"${text}" must be written as it is sent: percent-encode what is not ASCII`);
  const segments = text.slice(1).split("/");
  const mixed = segments.find((segment) => segment.includes("*") && segment !== "*" && segment !== "**");
  if (mixed !== undefined)
    throw new RangeError(`"${mixed}" mixes "*" with text: "*" and "**" stand for whole segments`);
  return { text, segments };
}

/** Whether the pattern matches the bytes of the path (percent-encoding is not decoded). Linear in practice: no backtracking past the last `**`. */
export function matchesPath(pattern: PathPattern, path: string): boolean {
  const wanted = pattern.segments;
  const given = path.slice(1).split("/");
  let at = 0;
  let retryPattern = -1;
  let retryPath = 0;
  let next = 0;
  while (next < given.length) {
    const segment = wanted[at];
    if (segment === "**") {
      retryPattern = ++at;
      retryPath = next;
    } else if (segment === given[next] || (segment === "*" && given[next] !== "")) {
      at++;
      next++;
    } else if (retryPattern >= 0) {
      at = retryPattern;
      next = ++retryPath;
    } else return false;
  }
  while (wanted[at] === "**") at++;
  return at === wanted.length;
}
