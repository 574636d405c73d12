const NESTED_ESCAPES = 4;

/** NUL, a dot, a slash and a backslash in forms of UTF-8 that are too long, which lenient decoders take (RFC 3629 section 10). */
const OVERLONG = /(?:\xc0|\xe0\x80|\xf0\x80\x80)[\x80\xae\xaf]|(?:\xc1|\xe0\x81|\xf0\x80\x81)\x9c/;

/**
 * Whether a path means the same to everybody who reads it. Servers disagree on dot segments, encoded slashes and
 * backslashes, NUL, doubled slashes and doubly encoded forms of these; a rule about paths must not depend on who is right.
 * The path is never changed: what is judged is what is forwarded.
 */
export function isSafePath(path: string): boolean {
  if (path.includes("//") || path.includes("#")) return false;
  let text = path;
  for (let depth = 0; depth < NESTED_ESCAPES; depth++) {
    if (text.includes("\\") || text.includes("\0") || text.split("/").some(isDotSegment)) return false;
    // Decoded, a backslash and NUL would be seen; a slash would look like all the others.
    if (/%2f/i.test(text)) return false;
    const decoded = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === text) return true;
    if (OVERLONG.test(decoded)) return false;
    text = decoded;
  }
  return false;
}

/** `.` and `..`, also with path parameters (`..;x=1`), which some servers drop before they resolve dots. */
function isDotSegment(segment: string): boolean {
  const end = segment.indexOf(";");
  const name = end < 0 ? segment : segment.slice(0, end);
  return name === "." || name === "..";
}
