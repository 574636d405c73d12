/** From the bytes that a follower reads to texts of whole lines. Blocks of lines stay together: cutting is the engine's. */
import type { Chunk, Consumer, Generation, Position } from "@outrigger/tail/follow";

/** Takes what was read. */
export interface TextSink {
  /**
   * Whole lines, each with its line end; the last one may lack it when the file was finished with. A promise when it takes
   * longer than others should wait.
   */
  lines(text: string, generation: Generation, extent: Extent): Promise<void> | undefined;
  bytes(count: number): void;
  truncated(): void;
  /** Nothing more comes from this file under this identity. */
  end(generation: Generation): Promise<void> | undefined;
}

/** Where the lines of a text are in their file. */
export interface Extent {
  /** Bytes of all lines. */
  readonly bytes: number;
  /** Bytes of each line, its line end included. */
  lengths(): readonly number[];
  /**
   * To be told, at the very moment when they are counted, how many of these bytes belong to records that are counted;
   * negative when the last one began before this text. May be called more than once, with rising numbers.
   */
  settled(bytes: number): void;
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
  /** Whether there is more of it than what was kept, its line end apart. */
  isCut: boolean;
}

/** What is known about a generation between two chunks. */
interface Progress {
  /** Whether a byte order mark may come: nothing of this generation has become text yet. */
  isFresh: boolean;
  unfinished: LineInProgress | undefined;
  /** Behind the last whole line. */
  whole: Position | undefined;
  /** Behind everything that was read. */
  received: Position | undefined;
}

const lineFeed = 10;
const byteOrderMark = Buffer.from("\ufeff");

/** Decodes UTF-8; a line of more than `maxLine` bytes before its line end is cut there and counted, and its rest is skipped unbuffered. */
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

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    const { bytes } = chunk;
    this.#sink.bytes(bytes.length);
    let progress = this.#progress.get(generation.id);
    if (progress === undefined) {
      progress = { isFresh: true, unfinished: undefined, whole: undefined, received: undefined };
      this.#progress.set(generation.id, progress);
    }
    const line = progress.unfinished;
    if (line === undefined) return this.#block(generation, progress, chunk, 0);
    const end = bytes.indexOf(lineFeed) + 1;
    this.#extend(line, end === 0 ? bytes : bytes.subarray(0, end));
    progress.received = chunk.position();
    if (end === 0) return undefined;
    progress.unfinished = undefined;
    // What began in an earlier chunk leaves the position where it was: at its beginning.
    const settled = (counted: number) => this.#commitAt(generation, chunk, end - (line.length - counted));
    const work = this.#line(line, generation, progress, settled);
    return work
      ? work.then(() => this.#block(generation, progress, chunk, end))
      : this.#block(generation, progress, chunk, end);
  }

  flush(generation: Generation): Promise<void> | undefined {
    const progress = this.#progress.get(generation.id);
    const line = progress?.unfinished;
    if (!progress || !line) return undefined;
    progress.unfinished = undefined;
    progress.whole = progress.received;
    return this.#line(line, generation, progress, (counted) => {
      if (counted === line.length) this.settled(generation);
    });
  }

  async end(generation: Generation): Promise<void> {
    await this.flush(generation);
    await this.#sink.end(generation);
    this.settled(generation);
    this.#progress.delete(generation.id);
  }

  /** The record in progress was counted without another line: everything before the unfinished line is dealt with. */
  settled(generation: Generation): void {
    const position = this.#progress.get(generation.id)?.whole;
    if (position) this.commit?.(generation, position);
  }

  #extend(line: LineInProgress, bytes: Buffer): void {
    const room = this.#maxLine - line.kept;
    // The chunk's memory belongs to the follower again when this call returns.
    if (room > 0) line.pieces.push(Buffer.from(bytes.subarray(0, room)));
    line.kept += Math.min(room, bytes.length);
    line.length += bytes.length;
    if (line.isCut || isLineEnd(bytes.subarray(Math.max(0, room)))) return;
    line.isCut = true;
    this.#sink.truncated();
  }

  /** The whole lines of a chunk from `begin` on; the last one may go on in the next chunk. */
  #block(generation: Generation, progress: Progress, chunk: Chunk, begin: number): Promise<void> | undefined {
    const { bytes } = chunk;
    const end = chunk.complete ? bytes.length : Math.max(begin, bytes.lastIndexOf(lineFeed) + 1);
    if (end < bytes.length) {
      progress.unfinished = { pieces: [], kept: 0, length: 0, isCut: false };
      this.#extend(progress.unfinished, bytes.subarray(end));
    }
    progress.whole = chunk.position(end);
    progress.received = chunk.position();
    if (end === begin) return undefined;
    const text = bytes.toString("utf8", begin + textBegin(progress, bytes), end);
    return this.#sink.lines(text, generation, {
      bytes: end - begin,
      lengths: () => lineLengths(bytes, begin, end),
      settled: (counted) => this.#commitAt(generation, chunk, begin + counted),
    });
  }

  #line(
    line: LineInProgress,
    generation: Generation,
    progress: Progress,
    settled: Extent["settled"],
  ): Promise<void> | undefined {
    const bytes = Buffer.concat(line.pieces);
    const text = bytes.toString("utf8", textBegin(progress, bytes));
    return this.#sink.lines(text, generation, { bytes: line.length, lengths: () => [line.length], settled });
  }

  #commitAt(generation: Generation, chunk: Chunk, length: number): void {
    if (length >= 0) this.commit?.(generation, chunk.position(length));
  }
}

/** Where the text begins in the bytes that are the next of a generation to become text: behind a byte order mark. */
function textBegin(progress: Progress, bytes: Buffer): number {
  if (!progress.isFresh) return 0;
  progress.isFresh = false;
  return byteOrderMark.equals(bytes.subarray(0, byteOrderMark.length)) ? byteOrderMark.length : 0;
}

/** Whether these bytes are a line end, the beginning of one, or none at all. */
function isLineEnd(bytes: Buffer): boolean {
  return bytes.length <= 2 && ["", "\r", "\n", "\r\n"].includes(bytes.toString("latin1"));
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
