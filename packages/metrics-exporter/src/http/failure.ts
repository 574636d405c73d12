import type { IncomingMessage, ServerResponse } from "node:http";
import { internalError } from "@outrigger/runtime/admin";
import type { Log } from "@outrigger/runtime/log";

/** Ends a request that nobody could answer: 500 without a reason, or a cut when an answer has begun. */
export function answerFailure(error: unknown, request: IncomingMessage, response: ServerResponse, log: Log): void {
  log.error("a request failed", { path: request.url, error });
  if (response.headersSent) response.destroy();
  else response.writeHead(internalError.status, { "Content-Type": internalError.type }).end(internalError.body);
}
