import type { ByteSink } from "./sink.ts";

const blockBytes = 256 * 1024;
const lineFeed = 0x0a;

const encoder = new TextEncoder();

/** Gathers small pieces into large writes. Blocks are used again when the kernel has taken them. */
export class Blocks {
  readonly #sink: ByteSink;
  readonly #free: Buffer[] = [];
  #block: Buffer | undefined;
  #length = 0;
  /** A block was written since the last flush. */
  #isBegun = false;
  #room: Promise<void> | undefined;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Nothing was appended since the last flush. */
  get isEmpty(): boolean {
    return !this.#isBegun && this.#length === 0;
  }

  /** Copies `bytes[from, to)`. */
  append(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const copied = bytes.copy(this.#current(), this.#length, at, to);
      this.#length += copied;
      at += copied;
      if (this.#length === blockBytes) this.#next();
    }
  }

  /** Encodes text; `latin1`: a byte for each character. */
  appendText(text: string, encoding: "utf8" | "latin1"): void {
    for (let at = 0; at < text.length; ) {
      const block = this.#current();
      const room = blockBytes - this.#length;
      if (encoding === "latin1" || (text.length - at) * 3 <= room) {
        const piece = text.slice(at, at + room);
        this.#length += block.write(piece, this.#length, encoding);
        at += piece.length;
      } else {
        // It may not fit: as many whole characters as do are encoded.
        const { read, written } = encoder.encodeInto(text.slice(at, at + room), block.subarray(this.#length));
        at += read;
        this.#length += written;
        if (read === 0) this.#next();
      }
      if (this.#length === blockBytes) this.#next();
    }
  }

  #current(): Buffer {
    this.#block ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
    return this.#block;
  }

  /** Hands over a block that is full, up to its last line end: a line in one write is left out, or not, as a whole. */
  #next(): void {
    const block = this.#block!;
    const end = block.lastIndexOf(lineFeed, this.#length - 1) + 1 || this.#length;
    const rest = this.#length - end;
    this.#isBegun = true;
    this.#length = end;
    this.#write(() => {});
    if (rest === 0) return;
    // The old block is not reused before the kernel has taken it.
    this.#length = block.copy(this.#current(), 0, end, end + rest);
  }

  /**
   * Hands over what was gathered.
   * @param taken called when the kernel has taken it
   * @returns undefined, or a promise that resolves when there is room for more
   */
  flush(taken: () => void): Promise<void> | undefined {
    this.#write(taken);
    this.#isBegun = false;
    const room = this.#room;
    this.#room = undefined;
    return room;
  }

  #write(taken: () => void): void {
    const block = this.#block ?? Buffer.alloc(0);
    const length = this.#length;
    this.#block = undefined;
    this.#length = 0;
    this.#room = this.#sink.write(block.subarray(0, length), () => {
      if (block.length === blockBytes) this.#free.push(block);
      taken();
    });
  }
}
