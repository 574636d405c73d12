import type { Socket } from "node:net";
import { REQUEST, type RequestHead, readRequestHead } from "../http/head.ts";
import { HeadReader } from "../http/head-reader.ts";
import { Malformed } from "../http/malformed.ts";
import { MAX_HEAD, MessageWriter } from "../http/message-writer.ts";
import { freeChunk } from "../sockets/free-chunk.ts";
import { readOn, stopReading } from "../sockets/reading.ts";
import { ClientRequest } from "./client-request.ts";
import { ClientWait } from "./client-wait.ts";
import { BRIEFLY, closeAfter, endWhenSilent, type Linger, TAKING_PATIENCE, WHILE_UPLOADING } from "./close.ts";
import type { Handlers } from "./handlers.ts";
import { KEEP_ALIVE, KEEP_ALIVE_REFUSED } from "./keep-alive.ts";

const REQUESTS = { limit: MAX_HEAD, firstLine: REQUEST };
const NOTHING = Buffer.alloc(0);

/**
 * `http`: its bytes are read here. `closing`: it ends when the client has taken what was written. `elsewhere`: a tunnel's, or
 * whoever writes its last answer.
 */
type State = "http" | "closing" | "elsewhere";

/** One connection of a client: requests one after the other, each answered before the next is looked at. */
export class ClientConnection {
  readonly socket: Socket;
  readonly writer: MessageWriter;
  readonly #handlers: Handlers;
  readonly #heads = new HeadReader(REQUESTS);
  #request: ClientRequest | undefined;
  /** What came behind the request under way; the socket is paused then, but its end may be told all the same. */
  #held: Buffer | undefined;
  #state: State = "http";
  #isRetired = false;
  #isReading = false;
  #isBackedUp = false;
  #hasEnded = false;
  #served = 0;
  readonly #wait: ClientWait;
  /** In its listener's roster. */
  place = 0;

  constructor(socket: Socket, handlers: Handlers) {
    this.socket = socket;
    this.writer = new MessageWriter(socket);
    this.#handlers = handlers;
    this.#wait = new ClientWait(socket);
    // Also for those who take the connection over: an error without a listener would end the process.
    socket.on("error", () => socket.destroy());
    this.#attach();
  }

  /** Whether at least one request has been served, its answer has left, and nothing is under way. */
  get isIdle(): boolean {
    const isFree = this.#state === "http" && this.#request === undefined;
    return isFree && this.#served > 0 && !this.#heads.hasBegun && this.socket.writableLength === 0;
  }

  /** Whether the connection ends after the answer under way. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Ends the connection, after the answer under way if there is one. */
  retire(): void {
    this.#isRetired = true;
    if (this.isIdle) this.socket.destroy();
  }

  /** Whether received bytes are being looked at. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /**
   * Ends the connection when its head, its next request, or the client's taking of the last bytes, has been waited for too
   * long. Times in milliseconds.
   */
  expire(now: number, headTimeout: number): void {
    if (this.#state === "elsewhere" || this.#request !== undefined) return;
    const waited = this.#wait.elapsed(now);
    const isTaking = this.#state === "closing" || this.socket.writableLength > 0;
    if (isTaking || this.isIdle) {
      if (waited > (isTaking ? TAKING_PATIENCE : this.#wait.patience)) this.socket.destroy();
    } else if (waited > headTimeout) this.#refuse("timeout");
  }

  /** Whether the rest of a body is to wait until `false`. */
  set isBackedUp(isBackedUp: boolean) {
    this.#isBackedUp = isBackedUp;
    if (isBackedUp) stopReading(this.socket);
    else this.readOn();
  }

  /** Takes what was held back, when the request under way can take it. */
  readOn(): void {
    if (this.#isReading) return;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held);
    if (this.#state !== "http" || this.#held !== undefined) return;
    if (held !== undefined && this.#hasEnded) this.#judgeEnd();
    else if (!this.#isBackedUp && this.socket.isPaused()) readOn(this.socket);
  }

  /** The request under way has been answered. */
  finished(request: ClientRequest): void {
    if (this.#request !== request) return;
    this.#request = undefined;
    this.#isBackedUp = false;
    this.#served++;
    this.#wait.begin(KEEP_ALIVE);
    const isLast = request.isLast || this.#isRetired || (this.#hasEnded && this.#held === undefined);
    if (isLast && request.isBodyRead && this.#held === undefined) this.close();
    else if (isLast || !request.isBodyRead) this.#closeAfter(request.takesBody ? WHILE_UPLOADING : BRIEFLY);
    else this.readOn();
  }

  /** Ends the connection when the client, which is not about to send more, has taken what was written. */
  close(): void {
    this.#release("closing");
    this.#wait.begin();
    this.socket.destroySoon();
  }

  #closeAfter(linger: Linger): void {
    this.#release("elsewhere");
    closeAfter(this.socket, "", linger);
  }

  /** Leaves the connection to somebody else, paused. @returns what came behind the request under way. */
  detach(): Buffer {
    const held = this.#held ?? NOTHING;
    this.#release("elsewhere");
    this.socket.pause();
    return held;
  }

  #attach(): void {
    const { socket } = this;
    this.#state = "http";
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
  }

  #release(next: State): void {
    const { socket } = this;
    this.#state = next;
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
    if (this.#held === undefined) this.#judgeEnd();
  };

  /** All that the client sent has been looked at. */
  #judgeEnd(): void {
    const request = this.#request;
    if (request === undefined) {
      if (this.#heads.hasBegun) this.#refuse(new Malformed("the connection ended within a head"));
      else this.close();
    } else if (request.isBodyRead) endWhenSilent(this.socket);
    else this.socket.destroy();
  }

  readonly #onClose = (): void => {
    const request = this.#request;
    this.#release("elsewhere");
    request?.gone();
  };

  #refuse(problem: Malformed | "timeout"): void {
    this.#release("elsewhere");
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
      if (this.#state !== "http") return false;
    }
    return isFree;
  }

  #readHead(chunk: Buffer, at: number): number {
    const hadBegun = this.#heads.hasBegun;
    const end = this.#heads.push(chunk, at);
    if (end < 0) {
      if (!hadBegun && this.#served > 0) this.#wait.begin();
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
      this.#served++;
      this.#wait.begin(KEEP_ALIVE_REFUSED);
      this.#attach();
      if (this.socket.readableEnded) this.close();
      else this.socket.resume();
    });
  }
}
