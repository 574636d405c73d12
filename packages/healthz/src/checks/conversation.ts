import type { Socket } from "node:net";
import { CheckFailure } from "../failure.ts";
import { type Endpoint, openSocket, secureConnector, type TlsOptions } from "./connection.ts";

/** Looks at what the server has sent and not yet been consumed. */
export type Reader<T> = (received: Buffer) => { value: T; length: number } | undefined;

/** A connection on which requests and answers alternate, in whatever pieces they come. */
export interface Conversation {
  /** Sends these bytes; nothing is awaited. */
  send(bytes: Buffer | string): void;
  /** Resolves once `read` finds a whole answer, whose `length` bytes are then consumed. */
  receive<T>(read: Reader<T>): Promise<T>;
  /** Goes on over TLS. */
  secure(options: TlsOptions): Promise<void>;
}

/** No answer of the protocols spoken here is anywhere near this long. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** Connects, holds the conversation, and closes the connection however that ends. */
export async function converse(
  endpoint: Endpoint,
  signal: AbortSignal,
  hold: (conversation: Conversation) => Promise<void>,
): Promise<void> {
  const line = new Line(endpoint, openSocket(endpoint, signal), signal);
  try {
    await hold(line);
  } finally {
    line.close();
  }
}

class Line implements Conversation {
  readonly #endpoint: Endpoint;
  #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #changed: () => void = () => {};

  constructor(endpoint: Endpoint, socket: Socket, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#listen();
    signal.addEventListener("abort", () => this.#fail(new CheckFailure("timeout", "aborted")), { once: true });
  }

  send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  async receive<T>(read: Reader<T>): Promise<T> {
    for (;;) {
      const found = read(this.#received);
      if (found !== undefined) {
        this.#received = this.#received.subarray(found.length);
        return found.value;
      }
      if (this.#received.length > MOST_UNREAD_BYTES) throw new CheckFailure("invalid answer", "the answer has no end");
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async secure(options: TlsOptions): Promise<void> {
    const connect = await secureConnector(this.#endpoint, options);
    this.#socket.removeAllListeners();
    this.#socket = connect(this.#socket);
    this.#listen();
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () =>
      this.#fail(new CheckFailure("connection closed", "the server closed the connection")),
    );
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#changed();
  }
}
