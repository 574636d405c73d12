/** `GET /metrics`: format and coding by negotiation, one answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { shown } from "@outrigger/exposition/render-metric";
import { contentType } from "@outrigger/runtime/metrics-text";
import { negotiate } from "@outrigger/runtime/negotiate";
import type { ExposeRequest } from "../exporter.ts";
import type { Exposition } from "../exposition.ts";
import { viaHeader } from "../sources/via.ts";
import { acceptsGzip } from "./accept.ts";

const compress = promisify(gzip);

type Expose = (request: ExposeRequest) => Promise<Exposition>;

/** Answers a request for the metrics, whatever its path. */
export type ScrapeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes the handler for the paths that show metrics. */
export function scrapeHandler(expose: Expose): ScrapeHandler {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") refuseMethod(response);
    else await answer(request, response, expose);
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, expose: Expose): Promise<void> {
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

function refuseMethod(response: ServerResponse): void {
  response
    .writeHead(405, { Allow: "GET, HEAD", "Content-Type": "text/plain; charset=utf-8" })
    .end("method not allowed; use GET, HEAD\n");
}
