import { ChunkedDecoder } from "./chunked.ts";
import type { RawFields } from "./head.ts";

/** How the end of a body is found (RFC 9112 section 6.3); `close`: where the connection ends. */
export type Framing = "none" | "length" | "chunked" | "close";

const NO_TRAILERS: RawFields = [];

/** Finds the body of one message in the bytes behind its head. */
export class BodyReader {
  readonly framing: Framing;
  readonly #decoder: ChunkedDecoder | undefined;
  #rest: number;

  /** @param length bytes, with the framing `length` only. */
  constructor(framing: Framing, length: number) {
    this.framing = framing;
    this.#decoder = framing === "chunked" ? new ChunkedDecoder() : undefined;
    this.#rest = framing === "close" ? Number.POSITIVE_INFINITY : framing === "length" ? length : 0;
  }

  get isDone(): boolean {
    return this.#decoder === undefined ? this.#rest === 0 : this.#decoder.isDone;
  }

  get trailers(): RawFields {
    return this.#decoder?.trailers ?? NO_TRAILERS;
  }

  /**
   * @param data is called with every piece of the content, a view on `bytes`.
   * @returns the index behind the bytes taken: all of them, unless the body is done.
   * @throws {Malformed}
   */
  push(bytes: Buffer, start: number, data: (piece: Buffer) => void): number {
    if (this.#decoder !== undefined) return this.#decoder.push(bytes, start, data);
    const end = Math.min(bytes.length, start + this.#rest);
    if (end === start) return start;
    this.#rest -= end - start;
    data(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    return end;
  }
}
