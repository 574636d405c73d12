/** From the bytes that a follower reads to texts of whole lines. Blocks of lines stay together: cutting is the engine's. */
import type { Chunk, Consumer, Generation, Position } from "@outrigger/tail/follow";

/** Takes what was read. */
export interface TextSink {
  /**
   * Whole lines, each with its line end; the last one may lack it when the file was finished with.
   *
   * @param lengths gives the bytes that each line took in the file.
   * @returns how many of the bytes at the end belong to a record that is not complete yet.
   */
  lines(text: string, generation: Generation, lengths: () => readonly number[]): number;
  bytes(count: number): void;
  truncated(): void;
  /** Nothing more comes from this file under this identity. */
  end(generation: Generation): void;
}

/** Told up to where everything has been counted. */
export type Commit = (generation: Generation, position: Position) => void;

/** A line whose end was not read yet. */
interface LineInProgress {
  /** At most `maxLine` bytes. */
  readonly pieces: Buffer[];
  kept: number;
  /** All bytes of it, kept or not. */
  length: number;
}

/** What is known about a generation between two chunks. */
interface Progress {
  readonly file: string;
  unfinished: LineInProgress | undefined;
  /** Behind the last whole line. */
  whole: Position | undefined;
  /** Behind everything that was read. */
  received: Position | undefined;
}

const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Decodes UTF-8; a line longer than `maxLine` bytes is cut there and counted, and its rest is skipped unbuffered. */
export class TextConsumer implements Consumer {
  readonly #sink: TextSink;
  readonly #maxLine: number;
  readonly #progress = new Map<number, Progress>();
  /** Set when positions matter, because they are saved. */
  commit: Commit | undefined;

  constructor(sink: TextSink, maxLine: number) {
    this.#sink = sink;
    this.#maxLine = maxLine;
  }

  data(generation: Generation, chunk: Chunk): void {
    this.#sink.bytes(chunk.bytes.length);
    let begin = 0;
    let progress = this.#progress.get(generation.id);
    if (progress === undefined) {
      progress = { file: generation.file, unfinished: undefined, whole: undefined, received: undefined };
      this.#progress.set(generation.id, progress);
      if (byteOrderMark.every((byte, index) => chunk.bytes[index] === byte)) begin = 3;
    }
    const { bytes } = chunk;
    let pending = 0;
    if (progress.unfinished) {
      const end = bytes.indexOf(lineFeed) + 1;
      this.#extend(progress.unfinished, end === 0 ? bytes : bytes.subarray(0, end));
      progress.received = chunk.position();
      if (end === 0) return;
      pending = this.#finish(generation, progress);
      begin = end;
    }
    const whole = chunk.complete ? bytes.length : Math.max(begin, bytes.lastIndexOf(lineFeed) + 1);
    if (whole > begin) {
      const lengths = () => lineLengths(bytes, begin, whole);
      pending = this.#sink.lines(bytes.toString("utf8", begin, whole), generation, lengths);
    }
    if (whole < bytes.length) {
      progress.unfinished = { pieces: [], kept: 0, length: 0 };
      this.#extend(progress.unfinished, bytes.subarray(whole));
    }
    progress.whole = chunk.position(whole);
    progress.received = chunk.position();
    if (!this.commit) return;
    // A record that began in an earlier chunk leaves the position where it was: at its beginning.
    if (pending <= whole) this.commit(generation, pending === 0 ? progress.whole : chunk.position(whole - pending));
  }

  flush(generation: Generation): void {
    const progress = this.#progress.get(generation.id);
    if (!progress?.unfinished) return;
    const pending = this.#finish(generation, progress);
    progress.whole = progress.received;
    if (pending === 0) this.settled(generation);
  }

  end(generation: Generation): void {
    this.flush(generation);
    this.#sink.end(generation);
    this.settled(generation);
    this.#progress.delete(generation.id);
  }

  /** The record in progress was counted without another line: everything before the unfinished line is dealt with. */
  settled(generation: Generation): void {
    const position = this.#progress.get(generation.id)?.whole;
    if (position) this.commit?.(generation, position);
  }

  /** How far each file was read, in bytes; of several generations of one path, the newest. */
  offsets(): Map<string, number> {
    const offsets = new Map<string, number>();
    for (const { file, received } of this.#progress.values()) offsets.set(file, received?.offset ?? 0);
    return offsets;
  }

  #extend(line: LineInProgress, bytes: Buffer): void {
    const room = this.#maxLine - line.kept;
    // The chunk's memory belongs to the follower again when this call returns.
    if (room > 0) line.pieces.push(Buffer.from(bytes.subarray(0, room)));
    if (line.length <= this.#maxLine && line.length + bytes.length > this.#maxLine) this.#sink.truncated();
    line.kept += Math.min(room, bytes.length);
    line.length += bytes.length;
  }

  #finish(generation: Generation, progress: Progress): number {
    const line = progress.unfinished as LineInProgress;
    progress.unfinished = undefined;
    return this.#sink.lines(Buffer.concat(line.pieces).toString("utf8"), generation, () => [line.length]);
  }
}

/** Bytes of each line, its line end included. */
function lineLengths(bytes: Buffer, begin: number, end: number): number[] {
  const lengths: number[] = [];
  for (let start = begin; start < end; ) {
    const found = bytes.indexOf(lineFeed, start);
    const next = found < 0 || found >= end ? end : found + 1;
    lengths.push(next - start);
    start = next;
  }
  return lengths;
}
