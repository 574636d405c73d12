import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerFor, sendAnswer } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import type { Failure } from "../failure.ts";

/** How much of a refused body is read before the connection closes, so that the client gets to read the answer. */
const LINGER_BYTES = 64 * 1024;
const LINGER_TIME = 1000;

const closing = new WeakSet<Socket>();

/** Whether the connection ends after the current answer: what else the client sent is not looked at any more. */
export function isClosing(socket: Socket): boolean {
  return closing.has(socket);
}

export interface RejectOptions {
  /** A request body may follow the head. */
  readonly hasBody: boolean;
  /** End the connection even without a body: the client and we may disagree about where requests begin. */
  readonly close?: boolean;
}

/** Answers a request that goes nowhere. Its body is read for a moment, as a body, and dropped. */
export function reject(
  exchange: Exchange,
  client: IncomingMessage,
  response: ServerResponse,
  failure: Failure,
  { hasBody, close = false }: RejectOptions,
) {
  exchange.failure = failure;
  const answer = answerFor(failure, exchange.authority, exchange.snapshot.config.blockedStatus);
  exchange.bytesOut = answer.body.length;
  if (!hasBody) {
    if (close) endConnection(client.socket, response);
    return sendAnswer(response, answer);
  }
  endConnection(client.socket, response);
  response.writeHead(answer.status, answer.phrase, answer.fields);
  response.write(answer.body, "latin1");
  linger(client, () => response.end());
}

function endConnection(socket: Socket, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  closing.add(socket);
}

/** Reads on until the body ends, is too long or takes too long, then calls `done` once. */
export function linger(client: IncomingMessage, done: () => void): void {
  client.removeAllListeners("data");
  client.removeAllListeners("end");
  let rest = LINGER_BYTES;
  const timer = setTimeout(done, LINGER_TIME);
  const finish = () => {
    clearTimeout(timer);
    done();
  };
  client.on("data", (chunk: Buffer) => {
    rest -= chunk.length;
    if (rest < 0) finish();
  });
  client.once("end", finish);
  client.once("close", finish);
  client.resume();
}
