import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { dispatch, internalError, type RouteTable } from "@outrigger/runtime/admin";
import { send } from "@outrigger/runtime/admin-server";
import { listen } from "@outrigger/runtime/listen";
import type { Log } from "@outrigger/runtime/log";
import type { Endpoints } from "./endpoints.ts";
import { readRequest } from "./request.ts";

export interface HealthServer {
  readonly port: number;
  /** Ends idle connections, finishes answers in flight, and after half a second cuts what is left. */
  close(): Promise<void>;
}

export interface ServerParts {
  endpoints: Endpoints;
  /** The tool about itself: `/metrics` and what lies below `/-`. */
  routes: RouteTable;
  /** Whether a path is a configured file; `/` is one only when there is nothing to check. */
  isFile(path: string): boolean;
  /** Answers files, and everything else that is no endpoint; loaded by the first request that needs it. */
  pages(): Promise<RequestListener>;
  log: Log;
}

const CLOSE_WITHIN_MS = 500;

const REFUSED_CONNECT =
  "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Listens on all addresses, IPv6 and IPv4. Rejects with `RuntimeFailure` when it cannot. */
export async function serve(port: number, parts: ServerParts): Promise<HealthServer> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 2000,
      optimizeEmptyRequests: true,
    },
    (request, response) => {
      void answer(parts, request, response);
    },
  );
  // Node would close the connection without an answer. From here on the socket is nobody's: it must neither throw nor linger.
  server.on("connect", (_request, socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(REFUSED_CONNECT, () => socket.destroy());
  });
  const address = await listen(server, { port }, "health.port");
  return {
    port: address.port,
    async close() {
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
      });
      clearTimeout(cut);
    },
  };
}

// Probes make up nearly all requests and are answered right here: express would cost each of them half as much again, and every
// pod 8 MB for pages that are seldom asked for.
async function answer(
  { endpoints, routes, isFile, pages, log }: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const request = readRequest(message);
    if (request !== undefined && !isFile(request.path)) {
      const reply = await (endpoints.answer(request) ??
        (Object.hasOwn(routes, request.path) ? dispatch(routes, request) : undefined));
      if (reply !== undefined) return send(response, reply, request.method === "HEAD");
    }
    (await pages())(message, response);
  } catch (error) {
    log.error("a request failed", { path: message.url, error });
    send(response, internalError, false);
  }
}
