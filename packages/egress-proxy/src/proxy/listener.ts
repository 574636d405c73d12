import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { answerFor, answerText } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { limitFailure } from "../failure.ts";
import { closeAfter } from "./connect.ts";
import type { Connections } from "./connections.ts";
import { MAX_HEAD } from "./forward.ts";
import { MAX_FIELDS } from "./head-check.ts";
import { handleParseError } from "./parse-error.ts";
import { isClosing } from "./reject.ts";

/** What a listener does with requests; the sockets behind them are within the limits already. */
export interface Handlers {
  request(client: IncomingMessage, response: ServerResponse): void;
  /** CONNECT; `keep` gives the connection back to the server. */
  connect(request: IncomingMessage, client: Socket, head: Buffer, keep: () => void): void;
}

/** Local clients keep connections longer than the usual 5 s; every new one costs more than a request. */
const KEEP_ALIVE = 75_000;

/** An HTTP server that answers floods, slow heads and broken requests itself. It does not listen yet. */
export function createListener(engine: Engine, connections: Connections, handlers: Handlers): Server {
  const overLimit = new WeakSet<Socket>();
  const counted = new WeakSet<Socket>();
  const server = createServer({
    maxHeaderSize: MAX_HEAD,
    headersTimeout: engine.snapshot.config.timeouts.headers,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, engine.snapshot.config.timeouts.headers),
    keepAliveTimeout: KEEP_ALIVE,
    // Host is checked by our own head check, whose answer says what is wrong.
    requireHostHeader: false,
    noDelay: true,
  });
  server.maxHeadersCount = MAX_FIELDS + 1;

  server.on("connection", (socket: Socket) => {
    if (counted.has(socket)) return; // given back after a denied CONNECT
    const limit = engine.snapshot.config.limits.connections;
    if (connections.size >= limit) {
      overLimit.add(socket);
      return closeAfter(socket, answerText(answerFor(limitFailure(limit), undefined), "close"));
    }
    counted.add(socket);
    connections.add(socket);
  });
  const onRequest = (client: IncomingMessage, response: ServerResponse) => {
    if (!overLimit.has(client.socket) && !isClosing(client.socket)) handlers.request(client, response);
  };
  server.on("request", onRequest);
  // Without these two Node answers by itself, before anything is decided.
  server.on("checkContinue", onRequest);
  server.on("checkExpectation", onRequest);
  server.on("connect", (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as Socket;
    if (overLimit.has(socket) || isClosing(socket)) return;
    handlers.connect(request, socket, head, () => server.emit("connection", socket));
  });
  server.on("clientError", (error: Error, duplex: Duplex) => {
    const socket = duplex as Socket;
    if (overLimit.has(socket) || isClosing(socket)) return;
    handleParseError(engine, error, socket);
  });
  return server;
}
