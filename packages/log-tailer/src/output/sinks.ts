import type { Writable } from "node:stream";
import { PacedSink } from "../limit/paced-sink.ts";
import type { RateLimiter } from "../limit/rate-limiter.ts";
import { type ByteSink, Sink } from "./sink.ts";

interface Stream {
  readonly sink: Sink;
  readonly paced: PacedSink;
}

/** The process's output streams, of which standard error is the tailer's only when a source asks for it. */
export class Sinks {
  /** Rejects with the reason when a stream that is written to has no reader any more. */
  readonly broken: Promise<never>;
  readonly #break: (reason: Error) => void;
  readonly #limiter: RateLimiter;
  readonly #stdout: Stream;
  #stderr: Stream | undefined;

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    this.#break = reject;
    this.broken.catch(() => {});
    this.#stdout = this.#open(process.stdout, "standard output");
  }

  get stdout(): ByteSink {
    return this.#stdout.paced;
  }

  get stderr(): ByteSink {
    this.#stderr ??= this.#open(process.stderr, "standard error");
    return this.#stderr.paced;
  }

  /** Seconds in which writing was held up by readers. */
  get blockedSeconds(): number {
    return this.#streams.reduce((sum, { sink }) => sum + sink.blockedSeconds, 0);
  }

  /** Writers are asked to wait, for a reader or for the rate limit. */
  get isHeldUp(): boolean {
    return this.#streams.some(({ sink, paced }) => sink.isFull || paced.waiting !== undefined);
  }

  /** Resolves when everything was taken. */
  async drained(): Promise<void> {
    for (const { sink, paced } of this.#streams) {
      await paced.waiting;
      await sink.drained();
    }
  }

  get #streams(): readonly Stream[] {
    return this.#stderr === undefined ? [this.#stdout] : [this.#stdout, this.#stderr];
  }

  #open(stream: Writable, name: string): Stream {
    const sink = new Sink(stream);
    sink.broken.catch((error: Error) => {
      this.#break(new Error(`${name} cannot be written to: ${error.message}`, { cause: error }));
    });
    return { sink, paced: new PacedSink(sink, this.#limiter) };
  }
}
