/** `GET /metrics`: format and coding by negotiation, one answer. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { shown } from "@outrigger/exposition/render-metric";
import { contentType } from "@outrigger/runtime/metrics-text";
import { negotiate } from "@outrigger/runtime/negotiate";
import type { Request, RequestHandler, Response } from "express";
import type { ExposeRequest } from "../exporter.ts";
import type { Exposition } from "../exposition.ts";
import { viaHeader } from "../sources/via.ts";
import { acceptsGzip, prefersHtml } from "./accept.ts";
import { pagePolicy } from "./page.ts";

const compress = promisify(gzip);

/** What can be shown. */
export interface Showing {
  expose(request: ExposeRequest): Promise<Exposition>;
  page(): string;
}

/** Makes the handler for the paths that show metrics; a browser gets a page at `/`. */
export function scrapeHandler(showing: Showing): RequestHandler {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") refuseMethod(response);
    else if (request.path === "/" && prefersHtml(request.headers.accept)) showPage(request, response, showing.page());
    else await answer(request, response, showing);
  };
}

function showPage(request: Request, response: Response, html: string): void {
  const body = Buffer.from(html);
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
    "Content-Security-Policy": pagePolicy,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept, Accept-Encoding",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answer(request: Request, response: Response, { expose }: Showing): Promise<void> {
  const format = negotiate(request.headers.accept);
  const { body: plain, zeros } = await expose({
    format,
    bornAtZero: true,
    timeout: timeoutOf(request.headers["x-prometheus-scrape-timeout-seconds"]),
    via: (request.headers[viaHeader]?.toString() ?? "").split(",").filter((id) => id !== ""),
  });
  const zipped = acceptsGzip(request.headers["accept-encoding"]?.toString());
  // Level 1: twice as fast as the default and hardly larger.
  const body = zipped ? await compress(plain, { level: 1 }) : plain;
  response.writeHead(200, {
    "Content-Type": contentType[format],
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept, Accept-Encoding",
    ...(zipped && { "Content-Encoding": "gzip" }),
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  // Zeros count as shown when they were handed over, not when a client has gone away before.
  response.once("finish", () => shown(zeros));
  response.end(body);
}

/** Milliseconds that Prometheus says it waits; undefined when it says nothing sensible. */
function timeoutOf(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 && seconds < 86_400 ? seconds * 1000 : undefined;
}

function refuseMethod(response: Response): void {
  response
    .writeHead(405, { Allow: "GET, HEAD", "Content-Type": "text/plain; charset=utf-8" })
    .end("method not allowed; use GET, HEAD\n");
}
