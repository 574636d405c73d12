/** The exporter's HTTP server. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AdminRequest, adminRoutes, dispatch, prefixed, type RouteTable } from "@outrigger/runtime/admin";
import { requestOf, send } from "@outrigger/runtime/admin-server";
import { listen } from "@outrigger/runtime/listen";
import type { Log } from "@outrigger/runtime/log";
import type { Registry } from "@outrigger/runtime/metrics";
import type { RuleEngine } from "../rules/engine.ts";
import { prefersHtml } from "./accept.ts";
import { answerFailure } from "./failure.ts";
import type { ScrapeHandler } from "./scrape.ts";

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
  scrape: ScrapeHandler;
  engine: RuleEngine;
}

const closeWithin = 500;

/** Listens on all addresses. Rejects with `RuntimeFailure` when it cannot. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { port, tool, registry, log, ready, scrape } = options;
  const { "/metrics": _own, ...about } = adminRoutes({ tool, registry, ready });
  let pages: Promise<RequestListener> | undefined;
  const loadPages = () => {
    pages ??= import("./pages.ts").then(({ createPages }) => createPages(options));
    return pages;
  };
  const parts: Parts = { routes: prefixed("/-", about), scrape, pages: loadPages, log };
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000, connectionsCheckingInterval: 2000 },
    (request, response) => {
      void answer(request, response, parts);
    },
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

interface Parts extends Pick<HttpOptions, "scrape" | "log"> {
  /** The exporter about itself. */
  routes: RouteTable;
  /** What is no probe and no scrape; loaded by the first request that needs it. */
  pages(): Promise<RequestListener>;
}

// Nearly all requests are scrapes and probes: express, which serves the rest, would cost a start a quarter of its CPU time, and
// every pod 5 MB (docs/decisions/0030-probes-before-express.md).
async function answer(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { routes, scrape, pages, log } = parts;
  try {
    const seen = requestOf(request);
    if (Object.hasOwn(routes, seen.path)) send(response, await dispatch(routes, seen), seen.method === "HEAD");
    else if (isScrape(seen)) await scrape(request, response);
    else (await pages())(request, response);
  } catch (error) {
    answerFailure(error, request, response, log);
  }
}

function isScrape({ path, headers }: AdminRequest): boolean {
  return path === "/metrics" || (path === "/" && !prefersHtml(headers.accept));
}
