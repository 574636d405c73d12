import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { internalError, type Reply } from "@outrigger/runtime/admin";
import { send } from "@outrigger/runtime/admin-server";
import type { Log } from "@outrigger/runtime/log";
import express, { type NextFunction, type Request, type Response } from "express";
import { readRequest } from "./request.ts";
import { NOT_FOUND, readStaticFile } from "./static-file.ts";

/** Everything that is no endpoint: the configured files, and the refusals. */
export function createPages(files: () => ReadonlyMap<string, string>, log: Log): RequestListener {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(async (request: Request, response: Response) => {
    const seen = readRequest(request);
    if (seen === undefined) return reply(request, response, MALFORMED);
    const file = files().get(seen.path);
    if (file === undefined) return reply(request, response, NOT_FOUND);
    if (seen.method !== "GET" && seen.method !== "HEAD") return reply(request, response, METHOD_NOT_ALLOWED);
    return reply(request, response, await readStaticFile(file));
  });
  // Express tells an error handler by its four parameters. Its own would print a stack.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    log.error("a request failed", { path: request.path, error });
    reply(request, response, internalError);
  });
  return app;
}

function reply(request: IncomingMessage, response: ServerResponse, answer: Reply): void {
  send(response, answer, request.method === "HEAD");
}

const PLAIN = "text/plain; charset=utf-8";
const MALFORMED: Reply = { status: 400, type: PLAIN, body: "the path has a malformed escape\n" };
const METHOD_NOT_ALLOWED: Reply = {
  status: 405,
  type: PLAIN,
  headers: { Allow: "GET, HEAD" },
  body: "method not allowed; use GET or HEAD\n",
};
