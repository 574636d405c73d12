import type { Writable } from "node:stream";

/** More than this many writes at once gains nothing; each of them holds a buffer. */
const mostWrites = 2;

/** Why the stream cannot be written to any more. */
class SinkClosed extends Error {}

/** Takes bytes on their way to an output stream. */
export interface ByteSink {
  /**
   * Writes bytes, which belong to the sink until `taken` was called: the kernel has them then, or their lines were left out.
   * @returns undefined, or a promise that resolves when there is room for more
   */
  write(bytes: Buffer, taken: () => void): Promise<void> | undefined;
}

/**
 * The one owner of an output stream. A write is over when the kernel has taken its bytes; nothing is to be handed over
 * while `write` asks to wait.
 */
export class Sink implements ByteSink {
  /** Rejects with SinkClosed when the reader has gone. */
  readonly broken: Promise<never>;
  readonly #stream: Writable;
  #outstanding = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #empty: PromiseWithResolvers<void> | undefined;
  #blockedSince: number | undefined;
  #blocked = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.broken = new Promise((_, reject) => {
      stream.on("error", (error: NodeJS.ErrnoException) => {
        reject(new SinkClosed(error.code === "EPIPE" ? "its reader has closed it (EPIPE)" : error.message));
      });
    });
    this.broken.catch(() => {});
  }

  /** Writers are asked to wait. */
  get isFull(): boolean {
    return this.#room !== undefined;
  }

  /** Seconds in which writing was held up by the reader. */
  get blockedSeconds(): number {
    const now = this.#blockedSince === undefined ? 0 : performance.now() - this.#blockedSince;
    return (this.#blocked + now) / 1000;
  }

  write(bytes: Buffer, taken: () => void): Promise<void> | undefined {
    this.#outstanding++;
    this.#stream.write(bytes, (error) => {
      if (error) return;
      taken();
      this.#completed();
    });
    if (this.#outstanding < mostWrites) return undefined;
    this.#blockedSince ??= performance.now();
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Resolves when everything was taken. */
  drained(): Promise<void> {
    if (this.#outstanding === 0) return Promise.resolve();
    this.#empty ??= Promise.withResolvers();
    return this.#empty.promise;
  }

  #completed(): void {
    this.#outstanding--;
    if (this.#room !== undefined && this.#outstanding < mostWrites) {
      this.#blocked += performance.now() - this.#blockedSince!;
      this.#blockedSince = undefined;
      this.#room.resolve();
      this.#room = undefined;
    }
    if (this.#outstanding === 0) {
      this.#empty?.resolve();
      this.#empty = undefined;
    }
  }
}
