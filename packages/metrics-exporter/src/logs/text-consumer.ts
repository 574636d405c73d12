/** From the bytes that a follower reads to texts of whole lines. Blocks of lines stay together: cutting is the engine's. */
import type { Chunk, Consumer, Generation } from "@outrigger/tail/follow";

/** Takes what was read. */
export interface TextSink {
  /** Whole lines, each with its line end; the last one may lack it when the file was finished with. */
  lines(text: string, generation: Generation): void;
  bytes(count: number): void;
  truncated(): void;
  /** Nothing more comes from this file under this identity. */
  end(generation: Generation): void;
}

interface LineInProgress {
  /** Pieces of a line whose end was not read yet, at most `maxLine` bytes. */
  pieces: Buffer[];
  size: number;
  truncated: boolean;
}

const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Decodes UTF-8; a line longer than `maxLine` bytes is cut there and counted, and its rest is skipped unbuffered. */
export class TextConsumer implements Consumer {
  readonly #sink: TextSink;
  readonly #maxLine: number;
  readonly #unfinished = new Map<number, LineInProgress>();
  readonly #begun = new Set<number>();

  constructor(sink: TextSink, maxLine: number) {
    this.#sink = sink;
    this.#maxLine = maxLine;
  }

  data(generation: Generation, chunk: Chunk): void {
    this.#sink.bytes(chunk.bytes.length);
    let bytes = chunk.bytes;
    if (!this.#begun.has(generation.id)) {
      this.#begun.add(generation.id);
      if (byteOrderMark.every((byte, index) => bytes[index] === byte)) bytes = bytes.subarray(3);
    }
    const unfinished = this.#unfinished.get(generation.id);
    if (unfinished) {
      const end = bytes.indexOf(lineFeed) + 1;
      this.#extend(unfinished, end === 0 ? bytes : bytes.subarray(0, end));
      if (end === 0) return;
      this.#finish(generation);
      bytes = bytes.subarray(end);
    }
    const whole = chunk.complete ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
    if (whole > 0) this.#sink.lines(bytes.toString("utf8", 0, whole), generation);
    if (whole === bytes.length) return;
    const begun = { pieces: [], size: 0, truncated: false };
    this.#extend(begun, bytes.subarray(whole));
    this.#unfinished.set(generation.id, begun);
  }

  flush(generation: Generation): void {
    this.#finish(generation);
  }

  end(generation: Generation): void {
    this.#finish(generation);
    this.#begun.delete(generation.id);
    this.#sink.end(generation);
  }

  #extend(line: LineInProgress, bytes: Buffer): void {
    const room = this.#maxLine - line.size;
    // The chunk's memory belongs to the follower again when this call returns.
    if (room > 0) line.pieces.push(Buffer.from(bytes.subarray(0, room)));
    line.size += Math.min(room, bytes.length);
    if (bytes.length > room && !line.truncated) {
      line.truncated = true;
      this.#sink.truncated();
    }
  }

  #finish(generation: Generation): void {
    const line = this.#unfinished.get(generation.id);
    if (!line) return;
    this.#unfinished.delete(generation.id);
    this.#sink.lines(Buffer.concat(line.pieces).toString("utf8"), generation);
  }
}
