import type { Socket } from "node:net";
import { BodyReader } from "../http/body-reader.ts";
import { firstValue, isPersistent } from "../http/fields.ts";
import type { RawFields, RequestHead } from "../http/head.ts";
import type { Malformed } from "../http/malformed.ts";
import { fieldLines } from "../http/message-writer.ts";
import { reset } from "../sockets/reset.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Framing } from "./head-check.ts";
import { KEEP_ALIVE } from "./keep-alive.ts";

/** Takes the body of a request, in pieces that are valid until {@link BodySink.flush} returns. */
export interface BodySink {
  piece(data: Buffer): void;
  /** All that came in one read has been given. @returns whether nobody keeps a piece. */
  flush(): boolean;
  ended(trailers: RawFields): void;
  /** The body is no valid HTTP; nothing more of it comes. */
  refused(problem: Malformed): void;
}

const PERSISTENT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE / 1000}\r\n`;
const LAST = "Connection: close\r\n";
const NO_FIELDS: RawFields = [];

/** One request of a client, and its answer. */
export class ClientRequest {
  readonly head: RequestHead;
  readonly #connection: ClientConnection;
  #body: BodyReader | undefined;
  #sink: BodySink | undefined;
  #hasBody = true;
  #isLast: boolean;
  #closed = false;
  #closeListeners: (() => void)[] = [];
  #drainListener: (() => void) | undefined;
  #isInformed = false;
  /** The status sent; 0 before. */
  #status = 0;
  #answer: "length" | "chunked" | "close" | "none" = "none";

  constructor(connection: ClientConnection, head: RequestHead) {
    this.#connection = connection;
    this.head = head;
    this.#isLast = !isPersistent(head);
  }

  get socket(): Socket {
    return this.#connection.socket;
  }

  /** The status sent; 0 before. */
  get status(): number {
    return this.#status;
  }

  /** Whether the answer is complete, or the client has gone. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether the connection ends after the answer. */
  get isLast(): boolean {
    return this.#isLast;
  }

  /** Makes the connection end after the answer; what the client sends behind this request is not looked at. */
  makeLast(): void {
    this.#isLast = true;
  }

  /** Called once, when the answer is complete or the client has gone. */
  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  offClose(listener: () => void): void {
    this.#closeListeners = this.#closeListeners.filter((other) => other !== listener);
  }

  /** Called whenever the client takes more again, after {@link isFull}. */
  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  // The request's body.

  /** Says how the body is framed, as the head check found. Before, nothing of it is read. */
  set framing(framing: Framing) {
    this.#hasBody = framing !== "none";
    if (framing === "length")
      this.#body = new BodyReader("length", Number(firstValue(this.head.fields, "content-length")));
    else if (framing === "chunked") this.#body = new BodyReader("chunked", 0);
    if (this.#body?.isDone) this.#hasBody = false;
  }

  /** Whether the whole body has been read, or there is none. */
  get isBodyRead(): boolean {
    return !this.#hasBody;
  }

  /** Reads the body into the sink from now on. */
  read(sink: BodySink): void {
    this.#sink = sink;
    if (this.#hasBody) this.#connection.readOn();
    else sink.ended(NO_FIELDS);
  }

  /** Whether the connection is in the middle of what it has received, and will flush behind it. */
  get isBeingRead(): boolean {
    return this.#connection.isReading;
  }

  /** Whether the rest of the body is to wait. */
  set isBackedUp(isBackedUp: boolean) {
    this.#connection.isBackedUp = isBackedUp;
  }

  /** For the connection: whether bytes belong to the body and can be taken. */
  get takesBody(): boolean {
    return this.#hasBody && this.#sink !== undefined;
  }

  /** For the connection. @throws {Malformed} */
  readBody(chunk: Buffer, at: number): number {
    const body = this.#body!;
    const end = body.push(chunk, at, (piece) => this.#sink?.piece(piece));
    if (body.isDone) {
      this.#hasBody = false;
      this.#sink?.ended(body.trailers);
    }
    return end;
  }

  /** For the connection. */
  flushBody(): boolean {
    return this.#sink?.flush() ?? true;
  }

  /** For the connection. */
  refuseBody(problem: Malformed): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.refused(problem);
  }

  // The answer.

  /** Whether to wait for the drain before more of the answer is written. */
  get isFull(): boolean {
    return this.#connection.writer.isFull;
  }

  /** Passes an interim answer on (RFC 9110 section 15.2); HTTP/1.0 knows none. */
  inform(status: number, phrase: string, fields: RawFields): void {
    if (this.head.version === "1.0" || this.#status > 0 || this.#closed) return;
    this.#connection.writer.begin(`HTTP/1.1 ${status} ${phrase}\r\n${fieldLines(fields)}\r\n`, false);
    this.#connection.writer.flush();
    this.#isInformed = true;
  }

  /** Whether the client has got an interim answer. */
  get isInformed(): boolean {
    return this.#isInformed;
  }

  /** Begins the answer. @param fields without framing other than Content-Length. */
  begin(status: number, phrase: string, fields: RawFields): void {
    this.#status = status;
    if (this.head.method === "HEAD" || status === 204 || status === 304) this.#answer = "none";
    else if (firstValue(fields, "content-length") !== undefined) this.#answer = "length";
    else this.#answer = this.head.version === "1.1" ? "chunked" : "close";
    // An answer that comes before the end of a body may be the last thing its client waits for: the rest may never come.
    if (this.#answer === "close" || this.#connection.isRetired || this.#hasBody) this.#isLast = true;
    const isChunked = this.#answer === "chunked";
    const coding = isChunked ? "Transfer-Encoding: chunked\r\n" : "";
    const head = `HTTP/1.1 ${status} ${phrase}\r\n${fieldLines(fields)}${this.#isLast ? LAST : PERSISTENT}${coding}\r\n`;
    this.#connection.writer.begin(head, isChunked);
  }

  piece(data: Buffer): void {
    if (this.#answer !== "none") this.#connection.writer.piece(data);
  }

  /** Hands on what was written. @returns whether nobody keeps a piece. */
  flush(): boolean {
    return this.#connection.writer.flush();
  }

  /** Ends the answer, and gives the connection to the next request. @returns as for {@link flush}. */
  end(trailers: RawFields = NO_FIELDS): boolean {
    this.#connection.writer.end(trailers);
    const isTaken = this.#connection.writer.flush();
    this.gone();
    this.#connection.finished(this);
    return isTaken;
  }

  /**
   * Ends the connection in the middle of the answer, after what was received of it. Where the close itself would mark the
   * end (HTTP/1.0 without a length) only a reset says that something is missing.
   * @param isStuck the client has taken nothing for so long that it need not get the rest.
   */
  cut(isStuck = false): void {
    this.flush();
    if (this.#answer === "close" || isStuck) reset(this.socket);
    else this.#connection.close();
    this.gone();
  }

  /** Takes the connection out of HTTP, paused. @returns what the client sent behind the request. */
  detach(): Buffer {
    return this.#connection.detach();
  }

  /** For the connection: the client has gone. Later calls do nothing. */
  gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closeListeners) listener();
  }

  /** For the connection. */
  drained(): void {
    this.#drainListener?.();
  }
}
