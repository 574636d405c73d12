import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "../listen.ts";
import type { Log } from "../log.ts";
import { type AdminRequest, dispatch, internalError, type Reply, type RouteTable } from "./routes.ts";

export interface AdminServer {
  readonly port: number;
  /** Ends idle connections, finishes answers in flight, and closes. */
  close(): Promise<void>;
}

export interface AdminServerOptions {
  /** On all addresses, because the kubelet probes the pod's. 0: no server. */
  port: number;
  /** The configuration key of the port, for the message when it is taken. */
  key: string;
  routes: RouteTable;
  log: Log;
}

/** Serves a route table on `node:http`: for tools that need no more than their admin endpoints. */
export async function serveAdmin({ port, key, routes, log }: AdminServerOptions): Promise<AdminServer | undefined> {
  if (port === 0) return undefined;
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000, connectionsCheckingInterval: 1000 },
    (message, response) => {
      void answer(routes, message, response, log);
    },
  );
  const address = await listen(server, { port }, key);
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function answer(routes: RouteTable, message: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
  message.resume();
  let reply: Reply;
  try {
    reply = await dispatch(routes, requestOf(message));
  } catch (error) {
    log.error("an admin request failed", { path: message.url, error });
    reply = internalError;
  }
  send(response, reply, message.method === "HEAD");
}

/** A request as handlers see it. The target is split by hand: `URL` would change or refuse odd ones. */
export function requestOf(message: IncomingMessage): AdminRequest {
  const [path = "/", ...query] = (message.url ?? "/").split("?");
  return {
    method: message.method ?? "GET",
    path,
    query: new URLSearchParams(query.join("?")),
    headers: message.headers,
    remoteAddress: message.socket.remoteAddress ?? "",
  };
}

/** Writes an answer; every one is whole, uncached and of a declared type. */
export function send(response: ServerResponse, reply: Reply, head: boolean): void {
  const { body } = reply;
  response.writeHead(reply.status, {
    "Content-Type": reply.type ?? "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...reply.headers,
  });
  // A text leaves together with the head in one piece, which bytes would not.
  response.end(head ? undefined : body);
}
