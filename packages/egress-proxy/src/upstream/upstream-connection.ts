import type { Socket } from "node:net";
import { BodyReader } from "../http/body-reader.ts";
import { firstValue } from "../http/fields.ts";
import { type RawFields, RESPONSE, type ResponseHead, readResponseHead } from "../http/head.ts";
import { HeadReader } from "../http/head-reader.ts";
import { Malformed } from "../http/malformed.ts";
import { MAX_HEAD, MessageWriter } from "../http/message-writer.ts";
import { responseFraming } from "../http/response-framing.ts";
import { freeChunk } from "../sockets/free-chunk.ts";
import { readOn, stopReading } from "../sockets/reading.ts";
import { UpstreamClosed, UpstreamProtocolError } from "./upstream-failure.ts";

/** What becomes of one request. After `ended`, `upgraded` or `failed` nothing more is called. */
export interface Transaction {
  /** Decides how the answer is framed. */
  readonly method: string;
  /** A 1xx answer other than 101. */
  informed(head: ResponseHead): void;
  answered(head: ResponseHead): void;
  /** A piece of the answer's content, valid until {@link flush} returns. */
  piece(data: Buffer): void;
  /** All that came in one read has been given. @returns whether nobody keeps a piece. */
  flush(): boolean;
  /** @returns as for flush. */
  ended(trailers: RawFields): boolean;
  /** @param first bytes that came behind the 101. */
  upgraded(head: ResponseHead, socket: Socket, first: Buffer): void;
  failed(error: Error): void;
  /** The upstream takes more of the body again. */
  drained(): void;
}

/** Told by a connection about itself. */
export interface ConnectionOwner {
  /** Free for another request. @param lifetime milliseconds it may stay so. */
  freed(connection: UpstreamConnection, lifetime: number): void;
  closed(connection: UpstreamConnection): void;
}

const RESPONSES = { limit: MAX_HEAD, firstLine: RESPONSE };
/** How long a free connection is kept when its server does not say: short of what common servers wait. */
const FREE_LIFETIME = 30_000;
/** Subtracted from a server's own hint: its clock started earlier than ours. */
const HINT_MARGIN = 1000;

/** One connection to an upstream: requests one after the other. */
export class UpstreamConnection {
  readonly socket: Socket;
  /** The address it leads to, of those that were judged. */
  readonly address: string;
  /** Of the pool it belongs to. */
  readonly name: string;
  readonly writer: MessageWriter;
  readonly #owner: ConnectionOwner;
  readonly #heads = new HeadReader(RESPONSES);
  #transaction: Transaction | undefined;
  #body: BodyReader | undefined;
  #lifetime = 0;
  /** Whether the request has been written to its end. */
  #isSent = false;
  /** Requests served before the current one. */
  served = 0;

  constructor(socket: Socket, where: { readonly name: string; readonly address: string }, owner: ConnectionOwner) {
    this.socket = socket;
    this.name = where.name;
    this.address = where.address;
    this.writer = new MessageWriter(socket);
    this.#owner = owner;
    socket.setNoDelay(true);
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  /** Whether a part of a head has come that is not complete yet. */
  get isWithinHead(): boolean {
    return this.#heads.hasBegun;
  }

  /** Takes the connection for a request; its bytes go through {@link writer}. */
  begin(transaction: Transaction): void {
    this.#transaction = transaction;
    this.#isSent = false;
  }

  /** The request has been written to its end. */
  sent(): void {
    this.#isSent = true;
  }

  /** Ends the connection; the transaction hears nothing more, unless an error says why. */
  destroy(error?: Error): void {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    this.socket.destroy();
    if (error !== undefined) transaction?.failed(error);
  }

  /** Whether the answer is to wait. */
  set isBackedUp(isBackedUp: boolean) {
    if (isBackedUp) stopReading(this.socket);
    else readOn(this.socket);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      if (this.#consume(chunk)) freeChunk(chunk);
    } catch (error) {
      this.destroy(error instanceof Malformed ? new UpstreamProtocolError(error.message) : (error as Error));
    }
  };

  readonly #onDrain = (): void => this.#transaction?.drained();

  readonly #onEnd = (): void => {
    if (this.#body?.framing === "close") this.#complete(false);
    else this.destroy(new UpstreamClosed("the upstream closed the connection"));
  };

  readonly #onError = (error: Error): void => this.destroy(error);

  readonly #onClose = (): void => {
    this.#owner.closed(this);
    this.destroy(new UpstreamClosed("the upstream closed the connection"));
  };

  /** @returns whether nobody keeps a part of the chunk. */
  #consume(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      const transaction = this.#transaction;
      // Bytes that nobody asked for would be taken for the answer to the next request.
      if (transaction === undefined) {
        this.socket.destroy();
        return false;
      }
      if (this.#body === undefined) {
        at = this.#heads.push(chunk, at);
        if (at < 0) break;
        const head = readResponseHead(this.#heads.text);
        if (head.status === 101) {
          this.#upgrade(transaction, head, Buffer.from(chunk.subarray(at)));
          return true;
        }
        if (head.status < 200) transaction.informed(head);
        else this.#begin(transaction, head);
        if (this.#transaction !== transaction) return false; // it went elsewhere
      } else {
        at = this.#body.push(chunk, at, (piece) => transaction.piece(piece));
      }
      if (this.#body?.isDone) return this.#complete(at === chunk.length);
    }
    return this.#transaction?.flush() ?? true;
  }

  #begin(transaction: Transaction, head: ResponseHead): void {
    const { framing, length, keepsAlive } = responseFraming(head, transaction.method);
    this.#body = new BodyReader(framing, length);
    this.#lifetime = keepsAlive ? lifetimeOf(head.fields) : 0;
    transaction.answered(head);
  }

  /** The answer is complete. @param isClean nothing came behind it. @returns whether nobody keeps a piece of it. */
  #complete(isClean: boolean): boolean {
    const transaction = this.#transaction;
    const trailers = this.#body?.trailers ?? [];
    this.#transaction = undefined;
    this.#body = undefined;
    this.served++;
    // Before the answer ends for the client, whose next request may take the connection.
    if (isClean && this.#isSent && this.#lifetime > 0) this.#owner.freed(this, this.#lifetime);
    else this.socket.destroy();
    return transaction?.ended(trailers) ?? false;
  }

  #upgrade(transaction: Transaction, head: ResponseHead, first: Buffer): void {
    const { socket } = this;
    this.#transaction = undefined;
    socket.off("data", this.#onData);
    socket.off("drain", this.#onDrain);
    socket.off("end", this.#onEnd);
    socket.off("error", this.#onError);
    socket.allowHalfOpen = true; // from here on it is a tunnel
    socket.pause();
    transaction.upgraded(head, socket, first);
  }
}

/** Reads `Keep-Alive: timeout=5`, which many servers send and all mean. */
function lifetimeOf(fields: RawFields): number {
  const seconds = /(?:^|[\s,])timeout=(\d{1,6})/i.exec(firstValue(fields, "keep-alive") ?? "")?.[1];
  return seconds === undefined ? FREE_LIFETIME : Math.min(Number(seconds) * 1000 - HINT_MARGIN, FREE_LIFETIME);
}
