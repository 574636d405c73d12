/** What becomes of a line that is longer than `maxLine`: cut, cut into pieces, or left out. */
export type LongLine = "truncate" | "split" | "drop";

/** How long text is, and where it may be cut. */
export interface Measure {
  /** Whether `text` is at most `limit` bytes long. */
  fits(text: string, limit: number): boolean;
  /** Length, in code units, of the longest beginning of `text` that is at most `limit` bytes in whole characters. */
  cutAt(text: string, limit: number): number;
}

/** Whether `text` is at most `limit` bytes of UTF-8. A UTF-16 code unit is one to three of them. */
export function fits(text: string, limit: number): boolean {
  return text.length * 3 <= limit || (text.length <= limit && Buffer.byteLength(text) <= limit);
}

/** Length, in code units, of the longest beginning of `text` that is at most `limit` bytes of UTF-8 in whole characters. */
export function cutAt(text: string, limit: number): number {
  let low = Math.min(text.length, Math.floor(limit / 3));
  let high = Math.min(text.length, limit);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (Buffer.byteLength(text.slice(0, middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  // Half of a surrogate pair counts as three bytes (U+FFFD), the whole as four.
  const before = text.charCodeAt(low - 1);
  return low > 0 && low < text.length && before >= 0xd800 && before <= 0xdbff ? low - 1 : low;
}

/** Text, in bytes of UTF-8. */
export const textMeasure: Measure = { fits, cutAt };

/** UTF-8 whose bytes are a character each. */
export const bytesMeasure: Measure = {
  fits: (bytes, limit) => bytes.length <= limit,
  cutAt: (bytes, limit) => {
    let end = Math.min(bytes.length, limit);
    while (end > 0 && (bytes.charCodeAt(end) & 0xc0) === 0x80) end--;
    return end;
  },
};
