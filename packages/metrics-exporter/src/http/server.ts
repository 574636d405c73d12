/** The exporter's HTTP server. */
import { createServer } from "node:http";
import { adminRoutes, prefixed } from "@outrigger/runtime/admin";
import { mountRoutes } from "@outrigger/runtime/admin-express";
import { listen } from "@outrigger/runtime/listen";
import type { Log } from "@outrigger/runtime/log";
import type { Registry } from "@outrigger/runtime/metrics";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";

export interface HttpServer {
  readonly port: number;
  /** Finishes answers in flight, at most half a second. */
  close(): Promise<void>;
}

export interface HttpOptions {
  port: number;
  tool: string;
  registry: Registry;
  log: Log;
  ready: () => string | undefined;
  scrape: RequestHandler;
}

const closeWithin = 500;

/** Listens on all addresses. Rejects with `RuntimeFailure` when it cannot. */
export async function serveHttp({ port, tool, registry, log, ready, scrape }: HttpOptions): Promise<HttpServer> {
  const app = express();
  app.disable("x-powered-by");
  const { "/metrics": _own, ...about } = adminRoutes({ tool, registry, ready });
  mountRoutes(app, prefixed("/-", about));
  app.all(["/metrics", "/"], scrape);
  app.use((_request, response) => {
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found; there is /metrics\n");
  });
  const failed: ErrorRequestHandler = (error, request, response, _next) => {
    log.error("a request failed", { path: request.path, error });
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" }).end("internal error; see the log\n");
  };
  app.use(failed);
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000, connectionsCheckingInterval: 2000 },
    app,
  );
  const address = await listen(server, { port }, "metrics.port");
  return {
    port: address.port,
    async close() {
      const cut = setTimeout(() => server.closeAllConnections(), closeWithin);
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
      });
      clearTimeout(cut);
    },
  };
}
