import { isUtf8 } from "node:buffer";
import type { Redactor } from "@outrigger/records/redact";

const notAscii = /[\x80-\xff]/;

/** How a line is kept on its way through, and what it says as text. */
export interface LineText {
  /** What patterns, parsers and classifiers see. */
  text(line: string): string;
  /** The line without its secrets. */
  redact(line: string, redactor: Redactor): string;
}

/** Decoded lines without line ends. */
export const decoded: LineText = {
  text: (line) => line,
  redact: (line, redactor) => redactor.line(line),
};

/** Decoded lines that keep a `\r`. */
export const decodedRaw: LineText = {
  text: withoutReturn,
  redact: (line, redactor) => redactor.line(withoutReturn(line)) + returnOf(line),
};

/** Lines with a character for each byte of UTF-8, valid or not, that keep a `\r`. */
export const binaryRaw: LineText = {
  text: (line) => {
    const bytes = withoutReturn(line);
    return notAscii.test(bytes) ? Buffer.from(bytes, "latin1").toString() : bytes;
  },
  redact: (line, redactor) => {
    const bytes = Buffer.from(withoutReturn(line), "latin1");
    // Bytes that are no text have to survive, so that they are looked at as they are.
    if (!isUtf8(bytes)) return redactor.line(withoutReturn(line)) + returnOf(line);
    return Buffer.from(redactor.line(bytes.toString())).toString("latin1") + returnOf(line);
  },
};

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function returnOf(line: string): string {
  return line.endsWith("\r") ? "\r" : "";
}
