import http from "node:http";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { recordArrivals } from "./witness/arrivals.ts";

/** A server that records every byte it gets: "nothing was sent" is proved here, not by a status. */
export interface Upstream {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: Socket[];
  /** Everything received so far, in Latin-1. */
  received(): string;
  /** Forgets what was received. */
  reset(): void;
}

export type Reaction = (socket: Socket, received: string, chunk: Buffer) => void;

/** Answers every complete request head with this body. */
export function answering(body: string): Reaction {
  return (socket, _received, chunk) => {
    const heads = chunk.toString("latin1").split("\r\n\r\n").length - 1;
    for (let index = 0; index < heads; index++) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
  };
}

/** Starts a raw TCP server. `react` is called for every chunk, with all that its connection has sent if that is recorded. */
export async function startUpstream(
  t: Pick<TestContext, "after">,
  react: Reaction = answering("upstream"),
  { host = "127.0.0.1", port = 0, record = true } = {},
): Promise<Upstream> {
  const connections: Socket[] = [];
  let all = "";
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      if (record) {
        received += chunk.toString("latin1");
        all += chunk.toString("latin1");
      }
      react(socket, received, chunk);
    });
    socket.on("end", () => socket.end());
  });
  recordArrivals(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  atEnd(t, () => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    received: () => all,
    reset: () => {
      all = "";
      connections.length = 0;
    },
  };
}

/** A server that reads requests as Node does; with `tls`, over TLS. What reaches it is recorded like everything else. */
export interface HttpUpstream {
  readonly port: number;
  readonly server: http.Server;
}

/** Starts an HTTP server on 127.0.0.1. */
export async function startHttpUpstream(
  t: Pick<TestContext, "after">,
  answer: http.RequestListener,
  tls?: https.ServerOptions,
): Promise<HttpUpstream> {
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  recordArrivals(server, { tls: tls !== undefined });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

/** Waits for the connection with this index to be accepted. */
export function accepted(upstream: Upstream, index = 0): Promise<Socket> {
  return eventually(() => {
    const socket = upstream.connections[index];
    if (socket === undefined) throw new Error(`${upstream.connections.length} connections so far`);
    return socket;
  });
}
