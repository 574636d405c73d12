/** Letter case without the `i` flag, which the linear-time engine does not know: `a` becomes `[aA]`. */

/** The other spellings of a UTF-16 code unit when case is ignored; expansions such as `ß` to `SS` are not among them. */
export function caseVariants(code: number): number[] {
  const char = String.fromCharCode(code);
  const variants = new Set<number>();
  for (const other of [char.toLowerCase(), char.toUpperCase()]) {
    // JavaScript's own rule: an ASCII letter never equals a character beyond ASCII (K and the Kelvin sign).
    if (other.length === 1 && other !== char && other.charCodeAt(0) < 128 === code < 128) {
      variants.add(other.charCodeAt(0));
    }
  }
  return [...variants];
}

/** A class member that covers `low` to `high` and the other case of all its letters. */
export function caseInsensitiveRange(low: number, high: number): string {
  let members = classRange(low, high);
  let start = -1;
  let end = -1;
  for (let code = low; code <= high; code++) {
    for (const variant of caseVariants(code)) {
      if (variant === end + 1 && start >= 0) {
        end = variant;
        continue;
      }
      if (start >= 0) members += classRange(start, end);
      start = end = variant;
    }
  }
  if (start >= 0) members += classRange(start, end);
  return members;
}

function classRange(low: number, high: number): string {
  return low === high ? escapeCode(low) : `${escapeCode(low)}-${escapeCode(high)}`;
}

/** A code unit as it may stand anywhere in a pattern. */
function escapeCode(code: number): string {
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9_ ]/.test(char)) return char;
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
