import { readFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { createSecureContext, createServer as createSecureServer, type Server } from "node:tls";
import { RuntimeFailure } from "@outrigger/runtime/errors";
import { type FileWatch, watchFile } from "@outrigger/runtime/watch-file";
import type { Engine } from "../engine.ts";
import type { Connections } from "./connections.ts";
import { HttpListener, type HttpServer, type Service } from "./listener.ts";

/** PEM files of a listener's own certificate. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What ends TLS for new connections: the certificate and the time-out of a TLS server are those it was made with. */
interface Handshakes {
  readonly pair: Pair;
  /** Milliseconds. */
  readonly timeout: number;
  readonly server: Server;
}

/**
 * A listener that ends TLS (1.2 and later) and serves HTTP/1.1. A changed certificate counts for new connections; one that
 * does not load is logged, and the old one stays.
 * @throws {RuntimeFailure} when the files cannot be read or do not belong together.
 */
export async function createTlsListener(
  engine: Engine,
  connections: Connections,
  service: Service,
  files: CertificateFiles,
): Promise<HttpServer> {
  let pair = await readPair(files);
  const listener = new HttpListener(engine, connections, service);
  let handshakes: Handshakes | undefined;
  // Half-open: a client may end its side after the request (RFC 9112 section 9.6).
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    // Counted before the handshake, which would be free to repeat otherwise.
    connections.add(socket);
    const timeout = engine.snapshot.config.timeouts.headers;
    if (handshakes?.timeout !== timeout || handshakes.pair !== pair) {
      handshakes = { timeout, pair, server: createHandshakes(pair, timeout, listener) };
    }
    handshakes.server.emit("connection", socket);
  });

  const renew = async () => {
    try {
      pair = await readPair(files);
      engine.log.info("took a new certificate", { file: files.cert });
    } catch (error) {
      engine.log.error("kept the old certificate, as the new one cannot be used", { file: files.cert, error });
    }
  };
  const watches: FileWatch[] = [];
  // A listener that made room for one that then could not listen is opened again.
  server.on("listening", () => {
    if (watches.length > 0) return;
    watches.push(
      watchFile(files.cert, () => pair.cert, renew),
      watchFile(files.key, () => pair.key, renew),
    );
  });
  server.on("close", () => {
    for (const watch of watches.splice(0)) watch.close();
  });
  return { server, listener };
}

/** A server that does not listen: it is handed connections. */
function createHandshakes(pair: Pair, handshakeTimeout: number, listener: HttpListener): Server {
  const options = {
    ...pair,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout,
    allowHalfOpen: true,
  } as const;
  const server = createSecureServer(options, (socket) => listener.accept(socket, { isCounted: true }));
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  return server;
}

async function readPair({ cert: certFile, key: keyFile }: CertificateFiles): Promise<Pair> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
    // TLS itself takes an empty one for none, and then no handshake succeeds.
    if (cert === "" || key === "") throw new Error("a file is empty");
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeFailure(
      "certificate",
      `cannot use the certificate ${certFile} with the key ${keyFile}: ${reason}`,
      {
        cause: error,
      },
    );
  }
}
