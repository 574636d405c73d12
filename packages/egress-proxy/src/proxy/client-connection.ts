import type { Socket } from "node:net";
import { REQUEST, type RequestHead, readRequestHead } from "../http/head.ts";
import { HeadReader } from "../http/head-reader.ts";
import { Malformed } from "../http/malformed.ts";
import { MAX_HEAD, MessageWriter } from "../http/message-writer.ts";
import { freeChunk } from "../tunnel/free-chunk.ts";
import { ClientRequest } from "./client-request.ts";
import { closeAfter, endWhenSilent } from "./close.ts";
import { KEEP_ALIVE, KEEP_ALIVE_REFUSED } from "./keep-alive.ts";

/** What a listener does with what its connections bring. */
export interface Handlers {
  request(request: ClientRequest): void;
  /**
   * @param rest bytes that came behind the head.
   * @param keep gives the connection back for the next request.
   */
  connect(head: RequestHead, client: Socket, rest: Buffer, keep: () => void): void;
  /** Bytes that are no request, or not in time. Must end the connection. */
  malformed(problem: Malformed | "timeout", client: Socket): void;
  /** A bug of ours; the connection ends. */
  failed(error: unknown): void;
}

const REQUESTS = { limit: MAX_HEAD, firstLine: REQUEST };
const NOTHING = Buffer.alloc(0);

/** One connection of a client: requests one after the other, each answered before the next is looked at. */
export class ClientConnection {
  readonly socket: Socket;
  readonly writer: MessageWriter;
  readonly #handlers: Handlers;
  readonly #heads = new HeadReader(REQUESTS);
  #request: ClientRequest | undefined;
  /** What came behind the request under way; the socket is paused then. */
  #held: Buffer | undefined;
  /** Whether the bytes of the socket are read here, and not in a tunnel or by nobody. */
  #isAttached = true;
  /** Whether its end is somebody else's business: of a tunnel, or of the last answer. */
  #isHandedOver = false;
  #isReading = false;
  #isBackedUp = false;
  #hasEnded = false;
  #served = 0;
  /** Milliseconds it may be idle. */
  #patience = KEEP_ALIVE;
  /** `performance.now()` when the wait for the current head, or for the next request, began. */
  #since = performance.now();

  constructor(socket: Socket, handlers: Handlers) {
    this.socket = socket;
    this.writer = new MessageWriter(socket);
    this.#handlers = handlers;
    // Also for those who take the connection over: an error without a listener would end the process.
    socket.on("error", () => socket.destroy());
    this.#attach();
  }

  /** Whether nothing is under way, and at least one request has been served. */
  get isIdle(): boolean {
    return !this.#isHandedOver && this.#request === undefined && this.#served > 0 && !this.#heads.hasBegun;
  }

  /** Whether received bytes are being looked at. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Ends the connection when its head, or its next request, has been waited for too long. Times in milliseconds. */
  expire(now: number, headTimeout: number): void {
    if (this.#isHandedOver || this.#request !== undefined) return;
    if (this.isIdle) {
      if (now - this.#since > this.#patience) this.socket.destroy();
    } else if (now - this.#since > headTimeout) this.#refuse("timeout");
  }

  /** Whether the rest of a body is to wait until `false`. */
  set isBackedUp(isBackedUp: boolean) {
    this.#isBackedUp = isBackedUp;
    if (isBackedUp) this.socket.pause();
    else this.readOn();
  }

  /** Takes what was held back, when the request under way can take it. */
  readOn(): void {
    if (this.#isReading) return;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held);
    const isWaiting = this.#held !== undefined || this.#isBackedUp;
    if (this.#isAttached && !isWaiting && this.socket.isPaused()) this.socket.resume();
  }

  /** The request under way has been answered. */
  finished(request: ClientRequest): void {
    if (this.#request !== request) return;
    this.#request = undefined;
    this.#isBackedUp = false;
    this.#waitForNext(KEEP_ALIVE);
    const isLast = this.#hasEnded && this.#held === undefined;
    if (request.isLast || !request.isBodyRead || isLast) this.close(request.isBodyRead && this.#held === undefined);
    else this.readOn();
  }

  /** Ends the connection after what was written. @param isClean the client is not about to send more. */
  close(isClean: boolean): void {
    this.#release();
    this.#isHandedOver = !isClean;
    if (isClean) this.socket.destroySoon();
    else closeAfter(this.socket, "");
  }

  /** Leaves the connection to somebody else, paused. @returns what came behind the request under way. */
  detach(): Buffer {
    const held = this.#held ?? NOTHING;
    this.#release();
    this.#isHandedOver = true;
    this.socket.pause();
    return held;
  }

  #waitForNext(patience: number): void {
    this.#served++;
    this.#since = performance.now();
    this.#patience = patience;
  }

  #attach(): void {
    const { socket } = this;
    this.#isAttached = true;
    this.#isHandedOver = false;
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
  }

  #release(): void {
    const { socket } = this;
    this.#isAttached = false;
    this.#request = undefined;
    this.#held = undefined;
    socket.off("data", this.#onData);
    socket.off("drain", this.#onDrain);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#held === undefined) this.#read(chunk);
    else this.#held = Buffer.concat([this.#held, chunk]);
  };

  readonly #onDrain = (): void => this.#request?.drained();

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    const request = this.#request;
    if (request === undefined) {
      if (this.#heads.hasBegun) this.#refuse(new Malformed("the connection ended within a head"));
      else this.close(true);
    } else if (request.isBodyRead) endWhenSilent(this.socket);
    else this.socket.destroy();
  };

  readonly #onClose = (): void => {
    const request = this.#request;
    this.#release();
    request?.gone();
  };

  #refuse(problem: Malformed | "timeout"): void {
    this.#release();
    this.#isHandedOver = true;
    this.#handlers.malformed(problem, this.socket);
  }

  #read(chunk: Buffer): void {
    this.#isReading = true;
    try {
      const isConsumed = this.#consume(chunk);
      // The head of an upload goes out also when nothing of its body has come.
      const isTaken = this.#request?.flushBody() ?? true;
      if (isConsumed && isTaken) freeChunk(chunk);
    } catch (error) {
      if (!(error instanceof Malformed)) {
        this.#handlers.failed(error);
        this.socket.destroy();
      } else if (this.#request === undefined) this.#refuse(error);
      else this.#request.refuseBody(error);
    } finally {
      this.#isReading = false;
    }
  }

  /** @returns whether nobody keeps a part of the chunk. */
  #consume(chunk: Buffer): boolean {
    let isFree = true;
    for (let at = 0; at < chunk.length; ) {
      const request = this.#request;
      if (request === undefined) {
        at = this.#readHead(chunk, at);
        if (at < 0) return isFree;
      } else if (request.takesBody) {
        at = request.readBody(chunk, at);
        isFree = request.flushBody() && isFree;
      } else {
        this.#held = chunk.subarray(at);
        this.socket.pause();
        return false;
      }
      if (!this.#isAttached) return false;
    }
    return isFree;
  }

  #readHead(chunk: Buffer, at: number): number {
    const hadBegun = this.#heads.hasBegun;
    const end = this.#heads.push(chunk, at);
    if (end < 0) {
      if (!hadBegun && this.#served > 0) this.#since = performance.now();
      return -1;
    }
    const head = readRequestHead(this.#heads.text);
    if (head.method === "CONNECT") {
      this.#connect(head, Buffer.from(chunk.subarray(end)));
      return chunk.length;
    }
    const request = new ClientRequest(this, head);
    this.#request = request;
    this.#handlers.request(request);
    return end;
  }

  #connect(head: RequestHead, rest: Buffer): void {
    this.detach();
    this.#handlers.connect(head, this.socket, rest, () => {
      this.#waitForNext(KEEP_ALIVE_REFUSED);
      this.#attach();
      this.socket.resume();
    });
  }
}
