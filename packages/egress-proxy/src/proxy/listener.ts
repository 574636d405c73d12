import { createServer, type Server, type Socket } from "node:net";
import type { Engine } from "../engine.ts";
import type { RequestHead } from "../http/head.ts";
import { HIGH_WATER_MARK } from "../sockets/reading.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ClientRequest } from "./client-request.ts";
import type { Connections } from "./connections.ts";
import type { Handlers } from "./handlers.ts";
import { answerMalformed, answerUnread } from "./malformed-request.ts";
import { Roster } from "./roster.ts";

/** What a listener does with requests; the connections behind them are within the limits already. */
export interface Service {
  request(client: ClientRequest): void;
  /**
   * @param rest bytes that came behind the head.
   * @param keep gives the connection back for the next request.
   */
  connect(head: RequestHead, client: Socket, rest: Buffer, keep: () => void): void;
}

/** How often connections that wait for a head are looked at: so many times within the time-out, which is exact to a tenth. */
const SWEEPS = 10;
/** In milliseconds; for long time-outs that is exact enough. */
const LONGEST_SWEEP = 1000;

/** Speaks HTTP/1.1 with the clients of one port. */
export class HttpListener {
  readonly #engine: Engine;
  readonly #connections: Connections;
  readonly #handlers: Handlers;
  readonly #open = new Roster<ClientConnection>();
  /** Runs from the first connection on until it finds none. */
  #sweeper: NodeJS.Timeout | undefined;
  #isRetired = false;

  constructor(engine: Engine, connections: Connections, service: Service) {
    this.#engine = engine;
    this.#connections = connections;
    this.#handlers = {
      request: (request) => service.request(request),
      connect: (head, client, rest, keep) => service.connect(head, client, rest, keep),
      malformed: (problem, client) => answerMalformed(engine, problem, client),
      failed: (error) => engine.log.error("a request failed inside the proxy", { error }),
    };
  }

  /**
   * Takes a connection that was accepted; above the limit it is answered and ended.
   * @param isCounted whether it is one of the open connections already.
   */
  accept(socket: Socket, { isCounted } = { isCounted: false }): void {
    const limit = this.#engine.snapshot.config.limits.connections;
    const refusal = this.#connections.refusal(limit, this.#connections.size - (isCounted ? 1 : 0));
    if (refusal !== undefined) {
      answerUnread(this.#engine, refusal, socket);
      return;
    }
    if (!isCounted) this.#connections.add(socket);
    const connection = new ClientConnection(socket, this.#handlers);
    if (this.#isRetired) connection.retire();
    this.#open.add(connection);
    socket.on("close", () => this.#open.remove(connection));
    this.#sweeper ??= this.#sweepLater();
  }

  /** Ends its connections: those without a request under way now, others, and those to come, after one answer. */
  retire(): void {
    this.#isRetired = true;
    for (const connection of this.#open.all()) connection.retire();
  }

  /** By the time-out of now: a reload may have changed it. */
  #sweepLater(): NodeJS.Timeout {
    const { headers } = this.#engine.snapshot.config.timeouts;
    return setTimeout(() => this.#sweep(), Math.min(LONGEST_SWEEP, headers / SWEEPS)).unref();
  }

  #sweep(): void {
    const now = performance.now();
    const { headers } = this.#engine.snapshot.config.timeouts;
    for (const connection of this.#open.all()) connection.expire(now, headers);
    this.#sweeper = this.#open.size > 0 ? this.#sweepLater() : undefined;
  }
}

/** A listener and the server that accepts its connections. The server does not listen yet. */
export interface HttpServer {
  readonly server: Server;
  readonly listener: HttpListener;
}

/** A plain listener. */
export function createListener(engine: Engine, connections: Connections, service: Service): HttpServer {
  const listener = new HttpListener(engine, connections, service);
  // Half-open: a client may end its side after the request (RFC 9112 section 9.6).
  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: HIGH_WATER_MARK }, (socket) =>
    listener.accept(socket),
  );
  return { server, listener };
}
