import type { Sink } from "./sink.ts";

const blockBytes = 256 * 1024;

const encoder = new TextEncoder();

/** Gathers small pieces into large writes. Blocks are used again when the kernel has taken them. */
export class Blocks {
  readonly #sink: Sink;
  readonly #free: Buffer[] = [];
  #block: Buffer | undefined;
  #length = 0;
  /** Bytes written since the last flush. */
  #total = 0;
  #room: Promise<void> | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Nothing was appended since the last flush. */
  get isEmpty(): boolean {
    return this.#total + this.#length === 0;
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

  /** Hands over a block that is full. */
  #next(): void {
    this.#total += this.#length;
    this.#write(() => {});
  }

  /**
   * Hands over what was gathered.
   * @param taken called with its number of bytes when the kernel has taken it
   * @returns undefined, or a promise that resolves when there is room for more
   */
  flush(taken: (bytes: number) => void): Promise<void> | undefined {
    const total = this.#total + this.#length;
    this.#write(() => taken(total));
    this.#total = 0;
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
