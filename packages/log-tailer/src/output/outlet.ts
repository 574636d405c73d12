import type { RateLimiter } from "../limit/rate-limiter.ts";
import type { ByteSink } from "./sink.ts";

const lineFeed = 0x0a;

/** What an outlet counts. */
export interface OutletEvents {
  /** The kernel took so many bytes. */
  written(bytes: number): void;
  /** A line was left out, because it is over the rate limit. */
  dropped(): void;
}

/** One source's way into an output stream. Under the policies `drop` and `sample` it leaves out lines. */
export class Outlet implements ByteSink {
  readonly #sink: ByteSink;
  readonly #limiter: RateLimiter;
  readonly #events: OutletEvents;
  /** The last line has not ended yet. */
  #isInside = false;
  /** The last line is left out. */
  #isDropped = false;

  constructor(sink: ByteSink, limiter: RateLimiter, events: OutletEvents) {
    this.#sink = sink;
    this.#limiter = limiter;
    this.#events = events;
  }

  write(bytes: Buffer, taken: () => void): Promise<void> | undefined {
    const isLimited = this.#limiter.isSelecting;
    // A line whose beginning was left out has no rest, even if the limit was lifted meanwhile.
    if (!isLimited && !this.#isDropped) {
      if (bytes.length > 0) this.#isInside = bytes[bytes.length - 1] !== lineFeed;
      return this.#pass(bytes, taken);
    }
    const room = this.#pass(this.#select(bytes, isLimited), taken);
    return this.#limiter.isOverdrawn ? this.#settle(room) : room;
  }

  #pass(bytes: Buffer, taken: () => void): Promise<void> | undefined {
    return this.#sink.write(bytes, () => {
      this.#events.written(bytes.length);
      taken();
    });
  }

  /** Moves the lines that may be written to the front of the buffer. */
  #select(bytes: Buffer, isLimited: boolean): Buffer {
    let length = 0;
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(lineFeed, from) + 1 || bytes.length;
      if (!this.#isInside) {
        this.#isDropped = isLimited && !this.#limiter.admits(end - from);
        if (this.#isDropped) this.#events.dropped();
      } else if (!this.#isDropped) this.#limiter.charge(end - from);
      if (!this.#isDropped) {
        if (from > length) bytes.copyWithin(length, from, end);
        length += end - from;
      }
      this.#isInside = bytes[end - 1] !== lineFeed;
      from = end;
    }
    if (!this.#isInside) this.#isDropped = false;
    return bytes.subarray(0, length);
  }

  /** The rest of a very long line may be more than the limit allows. */
  async #settle(room: Promise<void> | undefined): Promise<void> {
    await room;
    await this.#limiter.settled();
  }
}
