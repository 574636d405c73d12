import { Sink } from "./sink.ts";

/** The process's output streams, of which standard error is the tailer's only when a source asks for it. */
export class Sinks {
  readonly stdout = new Sink(process.stdout);
  /** Rejects with the reason when a stream that is written to has no reader any more. */
  readonly broken: Promise<never>;
  readonly #break: (reason: Error) => void;
  #stderr: Sink | undefined;

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    this.#break = reject;
    this.broken.catch(() => {});
    this.#watch(this.stdout, "standard output");
  }

  get stderr(): Sink {
    if (this.#stderr === undefined) {
      this.#stderr = new Sink(process.stderr);
      this.#watch(this.#stderr, "standard error");
    }
    return this.#stderr;
  }

  /** Seconds in which writing was held up by readers. */
  get blockedSeconds(): number {
    return this.stdout.blockedSeconds + (this.#stderr?.blockedSeconds ?? 0);
  }

  /** Resolves when everything was taken. */
  async drained(): Promise<void> {
    await Promise.all([this.stdout.drained(), this.#stderr?.drained()]);
  }

  #watch(sink: Sink, name: string): void {
    sink.broken.catch((error: Error) => {
      this.#break(new Error(`${name} cannot be written to: ${error.message}`, { cause: error }));
    });
  }
}
