import { read, readSync } from "node:fs";
import { Buffers } from "./buffers.ts";
import { leadingLineEnd } from "./framing.ts";
import type { TrackedGeneration } from "./generation.ts";
import { prefixLength } from "./identity.ts";

/** A read that takes longer than this shows a slow disk or a network file system: the next ones must not block. */
const slowRead = 5;

/** Bytes read: `buffer[begin, end)` is the unterminated tail and what followed it. The buffer is to be given back. */
export interface FreshBytes {
  readonly buffer: Buffer;
  readonly begin: number;
  readonly end: number;
  /** How many of them were not read before. */
  readonly fresh: number;
  /** The file ended before the buffer did. */
  readonly isShort: boolean;
}

export type ReadResult =
  | FreshBytes
  /** The end of the file. */
  | "end"
  /** The file does not hold what was read of it any more. */
  | "changed"
  /** The descriptor belongs to another generation now; read again. */
  | "moved";

/**
 * Reads what follows a generation's offset. The marker before the offset is read once more with it, so that one
 * system call both verifies and reads. Synchronous until a read was slow: the page cache answers in microseconds.
 */
export class Reader {
  readonly buffers = new Buffers();
  readonly #slow = new WeakSet<TrackedGeneration>();

  /** The generation must be open. Throws or rejects with the system's error. */
  read(generation: TrackedGeneration, now: number): ReadResult | Promise<ReadResult> {
    const { marker, tail, offset } = generation;
    const fd = generation.fd!;
    const buffer = this.buffers.take();
    // The tail comes before the new bytes; where it is longer than the marker, the marker is its end.
    const from = Math.max(0, tail.length - marker.length);
    tail.copy(buffer);
    const place: Place = { fd, buffer, from, length: buffer.length - from, position: offset - marker.length };
    if (this.#slow.has(generation)) return this.#readLater(generation, place, now);
    try {
      const before = performance.now();
      const count = readSync(fd, buffer, from, place.length, place.position);
      if (performance.now() - before > slowRead) this.#slow.add(generation);
      return this.#take(generation, place, count, now);
    } catch (error) {
      this.buffers.give(buffer);
      throw error;
    }
  }

  #readLater(generation: TrackedGeneration, place: Place, now: number): Promise<ReadResult> {
    generation.isReading = true;
    return new Promise((resolve, reject) => {
      read(place.fd, place.buffer, place.from, place.length, place.position, (error, count) => {
        generation.isReading = false;
        if (error === null) resolve(this.#take(generation, place, count, now));
        else {
          this.buffers.give(place.buffer);
          reject(error);
        }
      });
    });
  }

  #take(generation: TrackedGeneration, place: Place, count: number, now: number): ReadResult {
    const { fd, buffer, from } = place;
    const { marker, tail, offset } = generation;
    const known = marker.length;
    const isMoved = generation.fd !== fd;
    const isIntact = count >= known && marker.isAt(buffer, from) && startsAsKnown(generation, buffer, count);
    if (isMoved || !isIntact || count === known) {
      this.buffers.give(buffer);
      if (isMoved) return "moved";
      return isIntact ? "end" : "changed";
    }
    const end = from + count;
    const fresh = count - known;
    extendPrefix(generation, buffer, end - fresh, end, offset);
    generation.offset += fresh;
    generation.size = Math.max(generation.size, generation.offset);
    generation.lastGrowth = now;
    generation.started = true;
    marker.take(buffer, from, end);
    const begin = Math.max(0, known - tail.length);
    const skipped = skipLeading(generation, buffer, begin, end);
    return {
      buffer,
      begin: begin + skipped,
      end,
      fresh: Math.min(fresh, end - begin - skipped),
      isShort: end < buffer.length,
    };
  }
}

interface Place {
  readonly fd: number;
  readonly buffer: Buffer;
  readonly from: number;
  readonly length: number;
  readonly position: number;
}

/** At offset 0 there is no marker; the start of the file, as far as it was seen, takes its place. */
function startsAsKnown({ offset, prefix }: TrackedGeneration, buffer: Buffer, count: number): boolean {
  if (offset > 0) return true;
  return count >= prefix.length && prefix.agrees(buffer.subarray(0, Math.min(count, prefixLength))) === true;
}

/** Takes the file's first bytes from what was read, so that they are those that were verified. */
function extendPrefix(generation: TrackedGeneration, buffer: Buffer, from: number, to: number, offset: number): void {
  const { prefix } = generation;
  if (prefix.length >= prefixLength || prefix.length < offset || prefix.bytes === undefined) return;
  const start = buffer.subarray(from + prefix.length - offset, to);
  generation.takePrefix(Buffer.concat([prefix.bytes, start.subarray(0, prefixLength)]));
}

/** Bytes that are not part of any line: the hole of a stale writer, and the line end of a line that was flushed. */
function skipLeading(generation: TrackedGeneration, buffer: Buffer, begin: number, end: number): number {
  let skipped = 0;
  if (generation.skipsHole) {
    const unit = generation.framing === "bytes" ? 1 : 2;
    while (begin + skipped + unit <= end && buffer[begin + skipped] === 0 && buffer[begin + skipped + unit - 1] === 0) {
      skipped += unit;
    }
    if (begin + skipped < end) generation.skipsHole = false;
  }
  if (generation.flushed && generation.tail.length === 0) {
    skipped += leadingLineEnd(buffer.subarray(begin + skipped, end), generation.framing);
    generation.flushed = false;
  }
  return skipped;
}
