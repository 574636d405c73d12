import type { Socket } from "node:net";
import { hostText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import type { Exchange } from "../exchange.ts";
import { type Failure, internalFailure, refusalFailure } from "../failure.ts";
import { responseFields, trailerFields } from "../http/fields.ts";
import type { RawFields, ResponseHead } from "../http/head.ts";
import type { Malformed } from "../http/malformed.ts";
import { fieldLines } from "../http/message-writer.ts";
import { BODILESS, IDEMPOTENT } from "../http/methods.ts";
import type { Destination } from "../upstream/pool.ts";
import type { Transaction, UpstreamConnection } from "../upstream/upstream-connection.ts";
import { UpstreamProtocolError, UpstreamTimeout, upstreamFailure } from "../upstream/upstream-failure.ts";
import type { ClientRequest } from "./client-request.ts";
import type { Framing } from "./head-check.ts";
import { refusalOf } from "./malformed-request.ts";
import { reject } from "./reject.ts";
import { isToWebSocket, switchProtocols, UPGRADE_LINES } from "./upgrade.ts";
import { Upload } from "./upload.ts";

/** A request as it goes to its upstream. */
export interface Plan {
  readonly destination: Destination;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** End-to-end fields and Host; see `requestFields`. */
  readonly fields: RawFields;
  /** Lower-case names of fields that trailers must not bring either. */
  readonly without?: ReadonlySet<string>;
  readonly framing: Framing;
  /** Milliseconds from the dial to the last byte of the answer's head; absent: only the idle time-out counts. */
  readonly headTimeout?: number;
  /** The client wants to leave HTTP for a WebSocket. */
  readonly isUpgrade: boolean;
  /** Routes watch outcomes, to try again and to eject. */
  readonly watch?: Watch;
}

/** Called before the client learns of an outcome. A result of true takes it over: the client is not answered then. */
interface Watch {
  /** @param sent whether any byte may have reached the upstream. */
  failed(failure: Failure, sent: boolean): boolean;
  answered(status: number): boolean;
}

/**
 * Sends one request and streams the answer back, with back-pressure in both directions. Failures before the answer's
 * head are answered; after it the client's connection is cut, so that a broken answer never looks complete.
 */
export function forward(engine: Engine, exchange: Exchange, client: ClientRequest, plan: Plan): void {
  exchange.attempts++;
  exchange.isForwarded = true;
  new Forwarding(engine, exchange, client, plan).open();
}

class Forwarding implements Transaction {
  readonly method: string;
  readonly #pool: Engine["pool"];
  readonly #exchange: Exchange;
  readonly #client: ClientRequest;
  readonly #plan: Plan;
  #connection: UpstreamConnection | undefined;
  #giveUp: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Sent twice it has the effect of once, and its body is still at hand: there is none. */
  readonly #isRepeatable: boolean;
  #isReplaced = false;
  /** An interim answer has been passed on. */
  #isInformed = false;
  /** The answer's head has been passed on. */
  #isAnswered = false;
  /** Somebody else decides, or there is nothing left to decide. */
  #isOver = false;

  constructor(engine: Engine, exchange: Exchange, client: ClientRequest, plan: Plan) {
    this.method = plan.method;
    this.#pool = engine.pool;
    this.#exchange = exchange;
    this.#client = client;
    this.#plan = plan;
    this.#isRepeatable = client.isBodyRead && IDEMPOTENT.has(plan.method);
    client.onClose(this.#abandon);
    client.onDrain(this.#readOn);
    if (plan.headTimeout !== undefined) {
      this.#timer = setTimeout(() => this.#fail(new UpstreamTimeout("no answer in time")), plan.headTimeout);
    }
  }

  open(): void {
    const { destination } = this.#plan;
    const kept = this.#pool.take(destination.poolName);
    if (kept !== undefined) {
      this.#send(kept);
      return;
    }
    this.#giveUp = this.#pool.connect(destination, (error, connection) => {
      this.#giveUp = undefined;
      if (connection === undefined) this.#fail(error ?? new Error("no connection"));
      else this.#send(connection);
    });
  }

  informed(head: ResponseHead): void {
    this.#isInformed = true;
    this.#client.inform(head.status, head.phrase, responseFields(head));
  }

  answered(head: ResponseHead): void {
    clearTimeout(this.#timer);
    if (this.#plan.watch?.answered(head.status)) {
      this.#leave();
      return;
    }
    this.#exchange.address ??= this.#connection?.address;
    this.#isAnswered = true;
    this.#client.begin(head.status, head.phrase, responseFields(head));
  }

  piece(data: Buffer): void {
    this.#exchange.bytesOut += data.length;
    this.#client.piece(data);
  }

  flush(): boolean {
    const isTaken = this.#client.flush();
    if (this.#client.isFull && this.#connection) this.#connection.isBackedUp = true;
    return isTaken;
  }

  ended(trailers: RawFields): boolean {
    this.#isOver = true;
    return this.#client.end(trailerFields(trailers));
  }

  upgraded(head: ResponseHead, socket: Socket, first: Buffer): void {
    if (!this.#plan.isUpgrade || !isToWebSocket(head)) {
      socket.destroy();
      this.#fail(new UpstreamProtocolError("the upstream switched to a protocol that nobody asked for"));
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#plan.watch?.answered(head.status);
    this.#exchange.address ??= this.#connection?.address;
    switchProtocols(this.#exchange, this.#client, { head, socket, first });
  }

  failed(error: Error): void {
    const { destination } = this.#plan;
    // A kept connection may have been closed by the server just before; most likely the request never arrived then.
    const isStale = this.#connection !== undefined && this.#connection.served > 0 && isReset(error);
    const isUnanswered = !this.#isInformed && !this.#isAnswered && this.#connection?.isWithinHead !== true;
    if (isStale && isUnanswered && this.#isRepeatable && !this.#isReplaced && !this.#isOver) {
      this.#isReplaced = true;
      this.#exchange.attempts++;
      this.#connection = undefined;
      this.#pool.forget(destination.poolName);
      this.open();
    } else this.#fail(error);
  }

  drained(): void {
    this.#client.isBackedUp = false;
  }

  #send(connection: UpstreamConnection): void {
    const { method, path, fields, framing, isUpgrade } = this.#plan;
    this.#connection = connection;
    const length = framing === "none" && !BODILESS.has(method) ? "Content-Length: 0\r\n" : "";
    const hop = isUpgrade ? UPGRADE_LINES : "Connection: keep-alive\r\n";
    connection.begin(this);
    connection.writer.begin(
      `${method} ${path} HTTP/1.1\r\n${fieldLines(fields)}${length}${hop}\r\n`,
      framing === "chunked",
    );
    if (framing === "none") {
      connection.sent();
      connection.writer.flush();
      return;
    }
    const client = this.#client;
    const refuse = (problem: Malformed) => this.#refuse(problem);
    client.read(new Upload(this.#exchange, client, connection, { without: this.#plan.without, refuse }));
    // With the client's bytes at hand, the head leaves together with the first of them.
    if (!client.isBeingRead) connection.writer.flush();
  }

  readonly #readOn = (): void => {
    if (this.#connection && !this.#isOver) this.#connection.isBackedUp = false;
  };

  /** The answer is complete, or the client has gone. */
  readonly #abandon = (): void => {
    clearTimeout(this.#timer);
    this.#giveUp?.();
    if (!this.#isOver) this.#connection?.destroy();
    this.#isOver = true;
  };

  /** Another try begins, or an answer that is nobody's: this one is over. */
  #leave(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#client.offClose(this.#abandon);
    this.#giveUp?.();
    this.#connection?.destroy();
  }

  #fail(error: Error): void {
    if (this.#isOver || this.#client.isClosed) return;
    // What the system, DNS, TLS or HTTP complain about has a code; what has none is a bug of ours.
    const failure = "code" in error ? upstreamFailure(error, nameOf(this.#exchange)) : internalFailure(error);
    if (this.#isAnswered) {
      this.#isOver = true;
      this.#exchange.failure = failure;
      this.#client.cut(error instanceof UpstreamTimeout && this.#client.isFull);
      return;
    }
    this.#leave();
    if (this.#plan.watch?.failed(failure, this.#connection !== undefined)) return;
    reject(this.#exchange, this.#client, failure);
  }

  /** The client's body is no valid HTTP: the upstream gets no end of it. */
  #refuse(problem: Malformed): void {
    if (this.#isOver) return;
    this.#leave();
    reject(this.#exchange, this.#client, refusalFailure(refusalOf(problem)), { close: true });
  }
}

function nameOf({ upstream, authority }: Exchange): string {
  return upstream ?? (authority === undefined ? "the upstream" : `${hostText(authority)}:${authority.port}`);
}

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}
