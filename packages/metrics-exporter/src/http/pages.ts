/** What is neither a probe nor a scrape: the page for people, other spellings of the paths, and the refusals. */
import type { RequestListener, ServerResponse } from "node:http";
import type { Log } from "@outrigger/runtime/log";
import express, { type ErrorRequestHandler } from "express";
import type { RuleEngine } from "../rules/engine.ts";
import { prefersHtml } from "./accept.ts";
import { answerFailure } from "./failure.ts";
import { pagePolicy, renderPage } from "./page.ts";
import type { ScrapeHandler } from "./scrape.ts";

export interface PagesOptions {
  scrape: ScrapeHandler;
  /** Whose rules the page shows. */
  engine: RuleEngine;
  log: Log;
}

/** Makes the express application; `/Metrics/` is `/metrics` to it. */
export function createPages({ scrape, engine, log }: PagesOptions): RequestListener {
  const app = express();
  app.disable("x-powered-by");
  app.get("/", (request, response, next) => {
    if (prefersHtml(request.headers.accept)) showPage(response, renderPage(engine), request.method === "HEAD");
    else next();
  });
  app.all(["/metrics", "/"], scrape);
  app.use((_request, response) => {
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found; there is /metrics\n");
  });
  const failed: ErrorRequestHandler = (error, request, response, _next) => answerFailure(error, request, response, log);
  app.use(failed);
  return app;
}

function showPage(response: ServerResponse, html: string, head: boolean): void {
  const body = Buffer.from(html);
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
    "Content-Security-Policy": pagePolicy,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept, Accept-Encoding",
  });
  response.end(head ? undefined : body);
}
