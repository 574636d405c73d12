import type { Socket } from "node:net";

/** Measures how long a connection has been waiting for its client: for a head, a request, or to take what was written. */
export class ClientWait {
  readonly #socket: Socket;
  #since = performance.now();
  /** Milliseconds it may wait for the next request. */
  patience = 0;
  /** Bytes that the client had not taken when it was last looked at. */
  #unsent = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  begin(patience = this.patience): void {
    this.#since = performance.now();
    this.patience = patience;
  }

  /** Milliseconds since the wait began, or since the client was last seen to have taken bytes. */
  elapsed(now: number): number {
    const { writableLength } = this.#socket;
    if (writableLength !== this.#unsent) {
      this.#unsent = writableLength;
      this.#since = now;
    }
    return now - this.#since;
  }
}
