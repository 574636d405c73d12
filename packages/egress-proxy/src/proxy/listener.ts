import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { answerFor, answerText } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { limitFailure } from "../failure.ts";
import { closeAfter } from "./close-after.ts";
import type { Connections } from "./connections.ts";
import { MAX_HEAD } from "./forward.ts";
import { ignoreHalfClose, watchHalfClose } from "./half-close.ts";
import { MAX_FIELDS } from "./head-check.ts";
import { handleParseError } from "./parse-error.ts";
import { isClosing } from "./reject.ts";
import { detachedResponse, isWebSocket } from "./upgrade.ts";

/** What a listener does with requests; the connections behind them are within the limits already. */
export interface Handlers {
  /** @param upgradeHead bytes that came with an upgrade; absent for ordinary requests. */
  request(client: IncomingMessage, response: ServerResponse, upgradeHead?: Buffer): void;
  /** CONNECT; `keep` gives the connection back to the server. */
  connect(request: IncomingMessage, client: Socket, head: Buffer, keep: () => void): void;
}

/** Local clients keep connections longer than the usual 5 s; every new one costs more than a request. */
const KEEP_ALIVE = 75_000;

/** The options of a listener's server, plain or TLS. */
export function serverOptions({
  snapshot,
}: Pick<Engine, "snapshot">): ServerOptions & { shouldUpgradeCallback: typeof isWebSocket } {
  const { headers } = snapshot.config.timeouts;
  return {
    maxHeaderSize: MAX_HEAD,
    headersTimeout: headers,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, headers),
    keepAliveTimeout: KEEP_ALIVE,
    // Host is checked by our own head check, whose answer says what is wrong.
    requireHostHeader: false,
    noDelay: true,
    // Any other upgrade is an ordinary request without its Upgrade field.
    shouldUpgradeCallback: isWebSocket,
  };
}

/** Makes an HTTP server answer floods, slow heads and broken requests itself, and hand the rest to `handlers`. */
export function equip(server: Server, engine: Engine, connections: Connections, handlers: Handlers): void {
  const overLimit = new WeakSet<Duplex>();
  const counted = new WeakSet<Duplex>();
  server.maxHeadersCount = MAX_FIELDS + 1;
  // Else Node drops the answer of a client that ends its side after the request (RFC 9112 section 9.6 lets it).
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;

  server.on("connection", (socket: Socket) => {
    if (counted.has(socket)) {
      watchHalfClose(socket); // given back after a denied CONNECT
      return;
    }
    const limit = engine.snapshot.config.limits.connections;
    if (connections.size >= limit) {
      overLimit.add(socket);
      closeAfter(socket, answerText(answerFor(limitFailure(limit), undefined), "close"));
      return;
    }
    counted.add(socket);
    connections.add(socket);
    watchHalfClose(socket);
  });
  const isOver = (socket: Socket) => overLimit.has(socket) || isClosing(socket);
  const onRequest = (client: IncomingMessage, response: ServerResponse) => {
    if (!isOver(client.socket)) handlers.request(client, response);
  };
  server.on("request", onRequest);
  // Without these two Node answers by itself, before anything is decided.
  server.on("checkContinue", onRequest);
  server.on("checkExpectation", onRequest);
  server.on("upgrade", (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as Socket;
    ignoreHalfClose(socket);
    if (!isOver(socket)) handlers.request(request, detachedResponse(request, socket), head);
  });
  server.on("connect", (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as Socket;
    ignoreHalfClose(socket);
    if (!isOver(socket)) handlers.connect(request, socket, head, () => server.emit("connection", socket));
  });
  server.on("clientError", (error: Error, duplex: Duplex) => {
    const socket = duplex as Socket;
    if (!isOver(socket)) handleParseError(engine, error, socket);
  });
}

/** A plain listener. It does not listen yet. */
export function createListener(engine: Engine, connections: Connections, handlers: Handlers): Server {
  const server = createServer(serverOptions(engine));
  equip(server, engine, connections, handlers);
  return server;
}
