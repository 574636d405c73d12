/** How line ends are found in a file's bytes. */
export type Framing = "bytes" | "utf-16le" | "utf-16be";

/** How line ends look in an encoding, by its canonical name. */
export function framingOf(encoding: string): Framing {
  return encoding === "utf-16le" || encoding === "utf-16be" ? encoding : "bytes";
}

/** The encoding that a byte order mark at the start of a file names; it wins over any label. */
export function markedEncoding(start: Buffer): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? "utf-8" : undefined;
}

/**
 * The index behind the last line end in `bytes[from, to)`, or -1.
 * @param offset where `bytes[0]` stands in the file: UTF-16 line ends are code units, at even offsets only
 */
export function lastLineEnd(bytes: Buffer, from: number, to: number, offset: number, framing: Framing): number {
  if (to <= from) return -1;
  if (framing === "bytes") {
    const at = bytes.lastIndexOf(0x0a, to - 1);
    return at >= from ? at + 1 : -1;
  }
  const low = framing === "utf-16le" ? 0 : 1;
  for (let at = to - 2 + low; at >= from; at--) {
    at = bytes.lastIndexOf(0x0a, at);
    const unit = at - low;
    if (unit < from) return -1;
    if ((offset + unit) % 2 === 0 && unit + 1 < to && bytes[unit + 1 - low] === 0) return unit + 2;
  }
  return -1;
}

/** The bytes of the line end with which `bytes` starts: 0 when it starts otherwise. */
export function leadingLineEnd(bytes: Buffer, framing: Framing): number {
  if (framing === "bytes") return bytes[0] === 0x0a ? 1 : bytes[0] === 0x0d && bytes[1] === 0x0a ? 2 : 0;
  const [first, second] = framing === "utf-16le" ? [bytes[0], bytes[1]] : [bytes[1], bytes[0]];
  return first === 0x0a && second === 0 ? 2 : 0;
}
