import type { Socket } from "node:net";
import { CheckFailure } from "../failure.ts";
import { type Endpoint, openSocket, secureConnector, type TlsOptions } from "./connection.ts";

/** Looks at what the server has sent and has not yet been consumed; `ended` says that no more will come. */
export type Reader<T> = (received: Buffer, ended: boolean) => { value: T; length: number } | undefined;

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

/** Connects, over TLS where it is given, holds the conversation, and closes the connection however that ends. */
export async function converse<T>(
  endpoint: Endpoint,
  signal: AbortSignal,
  hold: (conversation: Conversation) => Promise<T>,
  tls?: TlsOptions,
): Promise<T> {
  const connectTls = tls && (await secureConnector(endpoint, tls));
  signal.throwIfAborted();
  const line = new Line(endpoint, connectTls?.() ?? openSocket(endpoint), signal);
  try {
    return await hold(line);
  } finally {
    line.close();
  }
}

const NOTHING = Buffer.alloc(0);
const ignore = () => {};

class Line implements Conversation {
  readonly #endpoint: Endpoint;
  #socket: Socket;
  #received: Buffer = NOTHING;
  #ended = false;
  #closed = false;
  #failure: Error | undefined;
  /** Looks again at what has been received. */
  #changed: () => void = ignore;

  constructor(endpoint: Endpoint, socket: Socket, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#listen();
    signal.addEventListener("abort", () => this.#fail(new CheckFailure("timeout", "aborted")), { once: true });
  }

  send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  receive<T>(read: Reader<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          const found = read(this.#received, this.#ended);
          if (found === undefined) return this.#throwIfHopeless();
          this.#received = this.#received.subarray(found.length);
          resolve(found.value);
        } catch (error) {
          reject(error);
        }
        this.#changed = ignore;
      };
      this.#changed = look;
      look();
    });
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
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    this.#socket.on("end", () => {
      this.#ended = true;
      this.#changed();
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#changed();
    });
  }

  /** Throws when what has been received will never become an answer. */
  #throwIfHopeless(): void {
    if (this.#received.length > MOST_UNREAD_BYTES) throw new CheckFailure("invalid answer", "the answer has no end");
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new CheckFailure("connection closed", "the server closed the connection");
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#changed();
  }
}
