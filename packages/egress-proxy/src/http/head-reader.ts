import { type FirstLine, refuseControl } from "./head.ts";
import { Malformed } from "./malformed.ts";

const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";
const LF = 10;
const CR = 13;

/** Up to this length an incomplete first line is looked at with every piece; then once more when it is complete. */
const BEGINNING = 64;

export interface HeadReaderOptions {
  /** Bytes of a whole head, its empty line included. */
  readonly limit: number;
  /** Another protocol is refused by its first line, without waiting for more of it. */
  readonly firstLine: FirstLine;
}

/** Collects bytes until a head is complete, in whatever pieces it comes. */
export class HeadReader {
  readonly #options: HeadReaderOptions;
  /** What came so far of an incomplete head, in a buffer that doubles: pieces of one byte must not cost the square. */
  #held: Buffer | undefined;
  #length = 0;
  #text = "";

  constructor(options: HeadReaderOptions) {
    this.#options = options;
  }

  /** Whether a part of a head has come. */
  get hasBegun(): boolean {
    return this.#length > 0;
  }

  /** The head that was completed last, in Latin-1, from its first line to its empty line. */
  get text(): string {
    return this.#text;
  }

  /**
   * @param at where in the chunk to begin. Empty lines before a head are skipped (RFC 9112 section 2.2).
   * @returns the index behind the head; -1 when there is more to come, and all of the chunk has been taken.
   * @throws {Malformed} above the limit, and as soon as what came can be no beginning of a head.
   */
  push(chunk: Buffer, at: number): number {
    if (this.#length > 0) return this.#pushOn(chunk, at);
    const { limit } = this.#options;
    let start = at;
    while (chunk[start] === CR && chunk[start + 1] === LF) start += 2;
    const end = chunk.indexOf(HEAD_END, start, "latin1");
    if (end >= 0 && end + 4 - start <= limit) {
      this.#text = chunk.toString("latin1", start, end + 4);
      return end + 4;
    }
    if (end >= 0 || chunk.length - start > limit) throw this.#overflow(chunk.subarray(start));
    this.#hold(chunk, start, chunk.length);
    return -1;
  }

  #pushOn(chunk: Buffer, at: number): number {
    const before = this.#length;
    if (before === 1 && this.#held![0] === CR && chunk[at] === LF) {
      this.#length = 0; // an empty line before the head
      return this.push(chunk, at + 1);
    }
    // What lies beyond the limit may belong to what follows the head.
    const to = Math.min(chunk.length, at + this.#options.limit - before);
    this.#append(chunk, at, to);
    const held = this.#held!.subarray(0, this.#length);
    const end = held.indexOf(HEAD_END, Math.max(0, before - 3), "latin1");
    if (end < 0) {
      if (to < chunk.length) throw this.#overflow(held);
      this.#check(held, before);
      return -1;
    }
    this.#text = held.toString("latin1", 0, end + 4);
    this.#held = undefined;
    this.#length = 0;
    return at + end + 4 - before;
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    if (from === to) return;
    this.#append(chunk, from, to);
    this.#check(this.#held!.subarray(0, this.#length), 0);
  }

  #append(chunk: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (this.#held === undefined || this.#held.length < length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, 2 ** Math.ceil(Math.log2(length))));
      this.#held?.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#length, from, to);
    this.#length = length;
  }

  /** Refuses an incomplete head that no further byte can mend. @param before what had been looked at already. */
  #check(held: Buffer, before: number): void {
    const isAnyByteNext = held.at(-1) === CR;
    const fresh = held.toString("latin1", Math.max(0, before - 1), held.length - (isAnyByteNext ? 1 : 0));
    refuseControl(before > 0 && fresh.startsWith("\n") ? `\r${fresh}` : fresh);
    if (before >= BEGINNING && !fresh.includes(LINE_END)) return;
    const end = held.indexOf(LINE_END, 0, "latin1");
    const line = held.toString("latin1", 0, end < 0 ? held.length - (isAnyByteNext ? 1 : 0) : end);
    const { whole, beginning } = this.#options.firstLine;
    if (!(end < 0 ? beginning : whole).test(line)) throw new Malformed("the first line is none of HTTP/1.1");
  }

  #overflow(bytes: Buffer): Malformed {
    const { limit } = this.#options;
    const isLine = bytes.indexOf(LINE_END, 0, "latin1") > limit || !bytes.includes(LINE_END, 0, "latin1");
    const what = isLine ? "first line" : "head";
    return new Malformed(`the ${what} is longer than ${limit} bytes`, isLine ? "target" : "head");
  }
}
