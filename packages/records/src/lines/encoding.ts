import { TextDecoder } from "node:util";
import { UsageError } from "@outrigger/runtime/errors";

/** How the bytes of a file become text. */
export interface Encoding {
  /** The WHATWG name of the encoding: `utf-8`, `utf-16le`, `windows-1252`, … */
  readonly name: string;
  /** Bytes of a code unit: a line end is the code unit 0x0A, which is not the byte 0x0A in UTF-16. */
  readonly unit: 1 | 2;
  /** Text of whole characters; invalid bytes become U+FFFD. A byte order mark is a character like any other. */
  decode(bytes: Buffer): string;
}

/**
 * The encoding of a WHATWG label such as `utf-8`, `latin1` or `shift_jis`.
 *
 * @throws UsageError for an unknown label.
 */
export function encodingOf(label: string): Encoding {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { ignoreBOM: true });
  } catch {
    throw new UsageError(`unknown encoding "${label}": write a WHATWG label such as utf-8, utf-16le or windows-1252`);
  }
  const name = decoder.encoding;
  if (name === "utf-8") return utf8;
  if (name === "iso-2022-jp") return { name, unit: 1, decode: (bytes) => eachLine(bytes, decoder) };
  return { name, unit: name.startsWith("utf-16") ? 2 : 1, decode: (bytes) => decoder.decode(bytes) };
}

/** `Buffer` replaces invalid bytes as WHATWG says, and is several times faster than `TextDecoder`. */
const utf8: Encoding = { name: "utf-8", unit: 1, decode: (bytes) => bytes.toString("utf8") };

/** A line that forgets to switch back to ASCII would take its line end, and all that follows, for Japanese. */
function eachLine(bytes: Buffer, decoder: TextDecoder): string {
  let text = "";
  let from = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    text += `${decoder.decode(bytes.subarray(from, end))}\n`;
    from = end + 1;
  }
  return text + decoder.decode(bytes.subarray(from));
}

/** A byte order mark, and what it says. */
export interface ByteOrderMark {
  readonly label: "utf-8" | "utf-16le" | "utf-16be";
  readonly length: number;
}

/** The byte order mark that `bytes` (the first of a file) begin with. */
export function byteOrderMark(bytes: Buffer): ByteOrderMark | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { label: "utf-8", length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { label: "utf-16le", length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { label: "utf-16be", length: 2 };
  return undefined;
}

/** Whether `bytes`, all that there is of a file so far, may still become a byte order mark. */
export function mayBecomeMark(bytes: Buffer): boolean {
  if (bytes.length >= 3) return false;
  return (
    bytes.length === 0 ||
    "\xef\xbb\xbf".startsWith(bytes.toString("latin1")) ||
    (bytes.length === 1 && bytes[0]! >= 0xfe)
  );
}

/** Index behind the last line end of `bytes` (which begin with a whole code unit), or 0. */
export function lastLineEnd(bytes: Buffer, encoding: Encoding): number {
  if (encoding.unit === 1) return bytes.lastIndexOf(0x0a) + 1;
  const low = encoding.name === "utf-16be" ? 1 : 0;
  let at = bytes.lastIndexOf(0x0a);
  while (at >= 0 && (at % 2 !== low || bytes[at ^ 1] !== 0)) at = at === 0 ? -1 : bytes.lastIndexOf(0x0a, at - 1);
  return at < 0 ? 0 : at - low + 2;
}

/** Index behind the first line end at or after `from`, or 0. */
export function nextLineEnd(bytes: Buffer, encoding: Encoding, from = 0): number {
  if (encoding.unit === 1) return bytes.indexOf(0x0a, from) + 1;
  const low = encoding.name === "utf-16be" ? 1 : 0;
  let at = bytes.indexOf(0x0a, from);
  while (at >= 0 && (at % 2 !== low || bytes[at ^ 1] !== 0)) at = bytes.indexOf(0x0a, at + 1);
  return at < 0 ? 0 : at - low + 2;
}

/** How many of the last bytes are the beginning of a character whose rest may still come. */
export function openCharacter(bytes: Buffer, encoding: Encoding): number {
  if (encoding.unit === 2) return openUtf16(bytes, encoding.name === "utf-16be");
  if (encoding.name !== "utf-8") return 0;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function openUtf16(bytes: Buffer, bigEndian: boolean): number {
  const odd = bytes.length % 2;
  const last = bytes.length - odd - 2;
  if (last < 0) return odd;
  const high = bytes[bigEndian ? last : last + 1]!;
  return high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
}
