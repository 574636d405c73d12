import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { hostText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import type { Exchange } from "../exchange.ts";
import type { Failure } from "../failure.ts";
import { Refusal } from "../refusal.ts";
import type { Destination } from "../upstream/pool.ts";
import { UpstreamProtocolError, UpstreamTimeout, upstreamFailure } from "../upstream/upstream-failure.ts";
import { responseFields, trailerFields, valuesOf } from "./fields.ts";
import type { Framing } from "./head-check.ts";
import { linger, reject } from "./reject.ts";
import { switchProtocols } from "./upgrade.ts";

export const MAX_HEAD = 32 * 1024;

/** A request as it goes to its upstream. */
export interface Plan {
  readonly destination: Destination;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** End-to-end fields and Host; see `requestFields`. */
  readonly fields: string[];
  readonly framing: Framing;
  /** Milliseconds from the dial to the last byte of the answer's head; absent: only the idle time-out counts. */
  readonly headTimeout?: number;
  /** Bytes of a client that wants to upgrade, held until the upstream agrees. */
  readonly upgrade?: { readonly head: Buffer };
  /** Routes watch outcomes, to try again and to eject. */
  readonly watch?: Watch;
}

/** Called before the client learns of an outcome. A result of true takes it over: the client is not answered then. */
interface Watch {
  /** @param sent whether any byte may have reached the upstream. */
  failed(failure: Failure, sent: boolean): boolean;
  answered(status: number): boolean;
}

/** Methods that `node:http` sends without framing when there is no body. */
const BODILESS = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

/**
 * Sends one request and streams the answer back, with back-pressure in both directions. Failures before the answer's
 * head are answered; after it the client's connection is cut, so that a broken answer never looks complete.
 */
export function forward(
  engine: Engine,
  exchange: Exchange,
  client: IncomingMessage,
  response: ServerResponse,
  plan: Plan,
) {
  const { pool } = engine;
  const { destination, method, path, fields, framing, headTimeout, upgrade, watch } = plan;
  if (framing === "none" && !BODILESS.has(method)) fields.push("Content-Length", "0");
  let upstream: ClientRequest;
  let answer: IncomingMessage | undefined;
  let isReplaced = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  const open = () => {
    const options = { agent: pool, method, path, headers: fields, maxHeaderSize: MAX_HEAD, ...destination };
    try {
      upstream = request(options);
    } catch (error) {
      // llhttp lets control characters into fields; Node does not let them out.
      throw new Refusal("bad_field", `the request has a field that cannot be sent on: ${(error as Error).message}`);
    }
    upstream.on("response", relayAnswer);
    upstream.on("error", fail);
    upstream.on("information", (info) => relayInformation(client, response, info));
    upstream.on("upgrade", (message, socket, first) => {
      if (upgrade === undefined) {
        socket.destroy();
        fail(new UpstreamProtocolError("the upstream switched protocols, which nobody asked for"));
        return;
      }
      isOver = true;
      clearTimeout(timer);
      watch?.answered(message.statusCode ?? 101);
      switchProtocols(exchange, response, { message, socket: socket as Socket, first, head: upgrade.head });
    });
    if (framing === "none") upstream.end();
    else upstream.once("socket", () => sendBody(exchange, client, upstream, framing));
  };

  const fail = (error: Error) => {
    if (isOver || response.closed || answer?.complete) return;
    if (answer !== undefined) {
      cut(response, answer);
      return;
    }
    // A kept connection may have been closed by the server just before; the request never arrived then.
    if (upstream.reusedSocket && !isReplaced && framing === "none" && isReset(error)) {
      isReplaced = true;
      pool.forget(destination.poolName);
      open();
      return;
    }
    isOver = true;
    clearTimeout(timer);
    const failure = upstreamFailure(error, nameOf(exchange));
    if (watch?.failed(failure, Boolean(upstream.socket))) return;
    reject(exchange, client, response, failure, { hasBody: framing !== "none" && !client.complete });
  };

  const relayAnswer = (message: IncomingMessage) => {
    const codings = valuesOf(message.rawHeaders, "transfer-encoding");
    if (codings.length > 1 || (codings.length === 1 && codings[0]?.toLowerCase() !== "chunked")) {
      upstream.destroy(new UpstreamProtocolError("the answer has an unknown Transfer-Encoding"));
      return;
    }
    clearTimeout(timer);
    if (watch?.answered(message.statusCode ?? 502)) {
      isOver = true;
      upstream.destroy();
      return;
    }
    exchange.address ??= message.socket.remoteAddress;
    try {
      relayBody(exchange, message, response);
    } catch (error) {
      upstream.destroy(new UpstreamProtocolError((error as Error).message));
      return;
    }
    answer = message;
    message.on("error", () => cut(response, message));
    // An answer before the end of the request: nobody wants the rest of the body.
    if (framing !== "none") {
      message.once("end", () => {
        if (client.complete) return;
        upstream.destroy();
        linger(client, () => client.socket.destroySoon());
      });
    }
  };

  response.once("close", () => {
    clearTimeout(timer);
    if (!isOver && answer?.complete !== true) upstream.destroy();
  });
  exchange.attempts++;
  open();
  if (headTimeout !== undefined) {
    timer = setTimeout(() => upstream.destroy(new UpstreamTimeout("no answer in time")), headTimeout);
  }
}

function nameOf({ upstream, authority }: Exchange): string {
  return upstream ?? (authority ? `${hostText(authority)}:${authority.port}` : "the upstream");
}

/** Without the fields that Node would refuse to write. */
function sendable(fields: [string, string][]): [string, string][] {
  return fields.filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
}

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}

/** Streams the client's body once a connection is there, so that a failed connect has consumed nothing of it. */
function sendBody(exchange: Exchange, client: IncomingMessage, upstream: ClientRequest, framing: Framing): void {
  const length = framing === "length" ? Number(client.headers["content-length"]) : -1;
  client.on("data", (chunk: Buffer) => {
    exchange.bytesIn += chunk.length;
    if (exchange.bytesIn === length) endWith(upstream, chunk);
    else if (!upstream.write(chunk)) {
      client.pause();
      upstream.once("drain", () => client.resume());
    }
  });
  client.on("end", () => {
    if (framing === "chunked" && client.rawTrailers.length > 0)
      upstream.addTrailers(sendable(trailerFields(client.rawTrailers)));
    if (!upstream.writableEnded) upstream.end();
  });
  // The head goes out now, also when the body is slow or waits for a 100; with a body at hand both go together.
  process.nextTick(() => {
    if (exchange.bytesIn === 0 && !upstream.writableEnded) upstream.write("", "latin1");
  });
}

function relayBody(exchange: Exchange, answer: IncomingMessage, response: ServerResponse): void {
  const length = Number(valuesOf(answer.rawHeaders, "content-length")[0] ?? -1);
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", responseFields(answer.rawHeaders));
  answer.on("data", (chunk: Buffer) => {
    exchange.bytesOut += chunk.length;
    if (exchange.bytesOut === length) endWith(response, chunk);
    else if (!response.write(chunk)) {
      answer.pause();
      response.once("drain", () => answer.resume());
    }
  });
  answer.on("end", () => {
    if (response.writableEnded) return;
    if (answer.rawTrailers.length > 0) response.addTrailers(sendable(trailerFields(answer.rawTrailers)));
    response.end();
  });
  // flushHeaders() would write the head as UTF-8 and spoil Latin-1 bytes.
  process.nextTick(() => {
    if (exchange.bytesOut === 0 && !response.writableEnded) response.write("", "latin1");
  });
}

/** Up to this size copying a body costs less than a second buffer in the system call. */
const SMALL = 8 * 1024;

/** Ends a message with its last chunk; a small one goes out in one piece with the head. */
function endWith(message: ServerResponse | ClientRequest, chunk: Buffer): void {
  if (chunk.length <= SMALL) message.end(chunk.toString("latin1"), "latin1");
  else message.end(chunk);
}

/** Passes a 1xx answer (RFC 9110 section 15.2), unless an earlier answer still occupies the connection. */
function relayInformation(
  client: IncomingMessage,
  response: ServerResponse,
  info: { statusCode: number; statusMessage: string; rawHeaders: string[] },
): void {
  if (response.socket === null || response.headersSent || client.httpVersion === "1.0") return;
  const fields = responseFields(info.rawHeaders);
  let text = `HTTP/1.1 ${info.statusCode} ${info.statusMessage}\r\n`;
  for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
  response.socket.write(`${text}\r\n`, "latin1");
}

/**
 * Ends the connection in the middle of an answer, after what was received of it. Where the close itself would mark the
 * end (HTTP/1.0 without a length) only a reset says that something is missing.
 */
function cut(response: ServerResponse, answer: IncomingMessage): void {
  const { socket } = response;
  if (socket === null || response.writableFinished) return;
  const isDelimited = response.chunkedEncoding || valuesOf(answer.rawHeaders, "content-length").length > 0;
  if (isDelimited) socket.destroySoon();
  else socket.resetAndDestroy();
}
