import type { Chunk, Consumer, Follower, Generation, Position } from "./types.ts";

const defaultMaxLine = 1024 * 1024;

export interface LineOptions {
  /** Longest line in bytes of UTF-8; what is beyond is cut off at a character boundary. Default 1 MiB. */
  readonly maxLine?: number;
  /** One line without its line end (`\n` or `\r\n`). */
  onLine(generation: Generation, line: string): void;
  /** The generation is over (rotated away and read, truncated, deleted). */
  onEnd?(generation: Generation): void;
}

/** A consumer for users of text lines. */
export interface LineConsumer extends Consumer {
  /** The follower whose positions are committed after each chunk; to be set by whoever uses its checkpoint. */
  follower?: Follower;
}

/**
 * Cuts what a follower reads into text lines, decoded, one call of `onLine` each.
 * Memory per file is bounded by `maxLine` plus one read buffer.
 */
export function lineConsumer(options: LineOptions): LineConsumer {
  return new TextLines(options);
}

class TextLines implements LineConsumer {
  follower?: Follower;
  readonly #options: LineOptions;
  readonly #maxLine: number;
  /** Beginnings of lines that are longer than a chunk. */
  readonly #begun = new Map<Generation, Buffer[]>();

  constructor(options: LineOptions) {
    this.#options = options;
    this.#maxLine = options.maxLine ?? defaultMaxLine;
  }

  data(generation: Generation, chunk: Chunk): void {
    const begun = this.#begun.get(generation);
    if (!chunk.complete) this.#keep(generation, begun ?? [], chunk.bytes);
    else {
      this.#begun.delete(generation);
      const bytes = begun === undefined ? chunk.bytes : Buffer.concat([...begun, chunk.bytes]);
      const text = decode(bytes, generation.encoding, begun === undefined && chunk.position(0).offset > 0);
      for (let from = 0; from < text.length; ) {
        const found = text.indexOf("\n", from);
        const end = found === -1 ? text.length : found;
        this.#line(generation, text.slice(from, end));
        from = end + 1;
      }
    }
    this.follower?.committed(generation, chunk.position());
  }

  flush(generation: Generation, position: Position): void {
    const begun = this.#begun.get(generation);
    this.#begun.delete(generation);
    if (begun !== undefined) this.#line(generation, decode(Buffer.concat(begun), generation.encoding, false));
    this.follower?.committed(generation, position);
  }

  end(generation: Generation, position: Position): void {
    this.flush(generation, position);
    this.#options.onEnd?.(generation);
  }

  /** Keeps the piece of a line, as far as it is wanted. */
  #keep(generation: Generation, begun: Buffer[], piece: Buffer): void {
    // A character has at most four bytes in every encoding, and at least one in UTF-8.
    const room = 4 * this.#maxLine - begun.reduce((sum, { length }) => sum + length, 0);
    if (room > 0) begun.push(Buffer.from(piece.subarray(0, room)));
    this.#begun.set(generation, begun);
  }

  #line(generation: Generation, line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    // Only a line that may be too long is measured.
    this.#options.onLine(generation, text.length * 3 > this.#maxLine ? truncate(text, this.#maxLine) : text);
  }
}

/** @param isInside the bytes are not the start of the file, where alone a byte order mark is one */
function decode(bytes: Buffer, encoding: string, isInside: boolean): string {
  return encoding === "utf-8" && isInside
    ? bytes.toString("utf8")
    : new TextDecoder(encoding, { ignoreBOM: isInside }).decode(bytes);
}

function truncate(text: string, maxLine: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxLine) return text;
  let end = maxLine;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
