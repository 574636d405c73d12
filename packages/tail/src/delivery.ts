import { turnBytes } from "./buffers.ts";
import { BufferChunk } from "./chunk.ts";
import { lastLineEnd } from "./framing.ts";
import { nothing, type TrackedGeneration } from "./generation.ts";
import type { FreshBytes, Reader } from "./reader.ts";
import type { Consumer, Position } from "./types.ts";

/** Cuts what was read at its last line end, hands on whole lines, and keeps the rest for later. */
export class Delivery {
  readonly #consumer: Consumer;
  readonly #reader: Reader;

  constructor(consumer: Consumer, reader: Reader) {
    this.#consumer = consumer;
    this.#reader = reader;
  }

  /** Takes over the buffer. The generation's state is up to date before the consumer is called. */
  deliver(generation: TrackedGeneration, bytes: FreshBytes): Promise<void> | undefined {
    const { buffer, begin, end, fresh } = bytes;
    // In UTF-16 the first byte of the line end may have been read before.
    const from = Math.max(begin, end - fresh - 1);
    const cut = lastLineEnd(buffer, from, end, generation.offset - end, generation.framing);
    const isLong = generation.midLine || end - begin >= turnBytes;
    const to = cut === -1 && isLong ? end : cut;
    if (to <= begin) {
      generation.tail = Buffer.from(buffer.subarray(begin, end));
      this.#reader.buffers.give(buffer);
      return undefined;
    }
    generation.midLine = cut === -1;
    generation.tail = to === end ? nothing : Buffer.from(buffer.subarray(to, end));
    const release = () => this.#reader.buffers.give(buffer);
    const offset = generation.offset - (end - begin);
    const complete = cut !== -1;
    const chunk = new BufferChunk({ buffer, from: begin, to, offset, known: 0, complete, flushed: false, release });
    const work = this.#consumer.data(generation, chunk);
    const done = () => {
      if (!chunk.isKept) release();
    };
    if (work !== undefined) return work.then(done);
    done();
    return undefined;
  }

  /** Delivers the tail, or what may be of it, as the end of a line without its line end. */
  async endLine(generation: TrackedGeneration, isFinal: boolean): Promise<void> {
    const { tail, delivered: offset } = generation;
    // Half a UTF-16 code unit waits for its other half.
    const whole = generation.framing === "bytes" || isFinal ? tail.length : tail.length & ~1;
    generation.tail = tail.subarray(whole);
    generation.midLine = false;
    generation.flushed = true;
    if (whole === 0) return;
    const release = () => {};
    const chunk = new BufferChunk({
      buffer: tail,
      from: 0,
      to: whole,
      offset,
      known: 0,
      complete: false,
      flushed: true,
      release,
    });
    await this.#consumer.data(generation, chunk);
  }

  async flush(generation: TrackedGeneration): Promise<void> {
    await this.endLine(generation, false);
    await this.#consumer.flush(generation, positionOf(generation));
  }

  async end(generation: TrackedGeneration): Promise<void> {
    await this.#consumer.end(generation, positionOf(generation));
  }
}

/** The place up to which everything was delivered. */
function positionOf(generation: TrackedGeneration): Position {
  const { delivered, marker, flushed, tail } = generation;
  const bytes = marker.copy();
  return { offset: delivered, marker: bytes.subarray(0, Math.max(0, bytes.length - tail.length)), flushed };
}
