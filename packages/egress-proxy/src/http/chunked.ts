import { type RawFields, readTrailers } from "./head.ts";
import { Malformed } from "./malformed.ts";

/** Bytes of all chunk extensions of one body, and of its trailer section. */
const MAX_EXTENSIONS = 16 * 1024;
const MAX_TRAILERS = 32 * 1024;
/** Longer sizes are no exact numbers any more. */
const MAX_SIZE_DIGITS = 13;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const SIZE_LINE = new RegExp(`^([0-9A-Fa-f]+)(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*\r\n$`);

const CR = 13;
const LF = 10;

/**
 * Decodes a chunked body (RFC 9112 section 7.1). Sizes are plain hexadecimal digits; extensions are dropped; line ends are
 * CR LF and nothing else.
 */
export class ChunkedDecoder {
  #state: "size" | "data" | "CR" | "LF" | "trailers" | "done" = "size";
  /** An incomplete size line, or the trailer section so far. */
  #text = "";
  /** Bytes of the current chunk still to come. */
  #rest = 0;
  #extensions = 0;
  trailers: RawFields = [];

  get isDone(): boolean {
    return this.#state === "done";
  }

  /**
   * @param data is called with every piece of a chunk, a view on `bytes`.
   * @returns the index behind the bytes taken: all of them, unless the body is done.
   * @throws {Malformed}
   */
  push(bytes: Buffer, start: number, data: (piece: Buffer) => void): number {
    let at = start;
    while (at < bytes.length && this.#state !== "done") {
      switch (this.#state) {
        case "size":
          at = this.#takeSize(bytes, at);
          break;
        case "data": {
          const end = Math.min(bytes.length, at + this.#rest);
          this.#rest -= end - at;
          if (this.#rest === 0) this.#state = "CR";
          data(bytes.subarray(at, end));
          at = end;
          break;
        }
        case "CR":
        case "LF":
          if (bytes[at] !== (this.#state === "CR" ? CR : LF)) throw new Malformed("a chunk is longer than its size");
          this.#state = this.#state === "CR" ? "LF" : "size";
          at++;
          break;
        case "trailers":
          at = this.#takeTrailers(bytes, at);
          break;
      }
    }
    return at;
  }

  #takeSize(bytes: Buffer, at: number): number {
    const end = this.#takeLine(bytes, at);
    if (this.#text.length > MAX_EXTENSIONS - this.#extensions) {
      throw new Malformed("the chunk extensions are longer than 16 KiB", "chunk extensions");
    }
    if (!this.#text.endsWith("\n")) return end;
    const digits = SIZE_LINE.exec(this.#text)?.[1];
    const size = digits?.replace(/^0+(?=.)/, "") ?? "";
    if (digits === undefined || size.length > MAX_SIZE_DIGITS) throw new Malformed("a chunk size is no plain number");
    this.#extensions += this.#text.length - digits.length - 2;
    this.#text = "";
    this.#rest = Number.parseInt(size, 16);
    this.#state = this.#rest === 0 ? "trailers" : "data";
    return end;
  }

  #takeTrailers(bytes: Buffer, at: number): number {
    const end = this.#takeLine(bytes, at);
    if (this.#text.length > MAX_TRAILERS) throw new Malformed("the trailers are longer than 32 KiB", "trailers");
    if (this.#text !== "\r\n" && !this.#text.endsWith("\r\n\r\n")) return end;
    this.trailers = readTrailers(this.#text);
    this.#text = "";
    this.#state = "done";
    return end;
  }

  /** Takes bytes up to the next LF. */
  #takeLine(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(LF, at);
    const end = found < 0 ? bytes.length : found + 1;
    this.#text += bytes.toString("latin1", at, end);
    return end;
  }
}
