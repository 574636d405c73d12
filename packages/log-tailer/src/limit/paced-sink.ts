import type { ByteSink } from "../output/sink.ts";
import type { RateLimiter } from "./rate-limiter.ts";

const lineFeed = 0x0a;

/** Under the policy `block`, writes in portions, each when it is its time; otherwise passes everything on as it comes. */
export class PacedSink implements ByteSink {
  readonly #sink: ByteSink;
  readonly #limiter: RateLimiter;
  /** The writes that wait for their time; what comes later waits behind them. */
  #queue: Promise<void> | undefined;

  constructor(sink: ByteSink, limiter: RateLimiter) {
    this.#sink = sink;
    this.#limiter = limiter;
  }

  /** Resolves when nothing waits any more; undefined when nothing does. */
  get waiting(): Promise<void> | undefined {
    return this.#queue;
  }

  write(bytes: Buffer, taken: () => void): Promise<void> | undefined {
    if (this.#queue === undefined && this.#isInTime(bytes)) return this.#sink.write(bytes, taken);
    const queue = (this.#queue ?? Promise.resolve())
      .then(() => this.#writePortions(bytes, taken))
      .then(() => {
        if (this.#queue === queue) this.#queue = undefined;
      });
    this.#queue = queue;
    return queue;
  }

  #isInTime({ length }: Buffer): boolean {
    if (this.#limiter.policy !== "block") return true;
    return length <= this.#limiter.portion && this.#limiter.takePortion(length);
  }

  async #writePortions(bytes: Buffer, taken: () => void): Promise<void> {
    for (let from = 0; ; ) {
      const to = this.#limiter.policy === "block" ? portionEnd(bytes, from, this.#limiter.portion) : bytes.length;
      await this.#limiter.timeFor(to - from);
      await this.#sink.write(bytes.subarray(from, to), to === bytes.length ? taken : () => {});
      if (to === bytes.length) return;
      from = to;
    }
  }
}

/** The end of the last line that is within a portion, or of the portion. */
function portionEnd(bytes: Buffer, from: number, portion: number): number {
  if (bytes.length - from <= portion) return bytes.length;
  const end = bytes.lastIndexOf(lineFeed, from + portion - 1) + 1;
  return end > from ? end : from + portion;
}
