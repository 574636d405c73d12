import type { Socket } from "node:net";
import { answerFor, answerText } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { Exchange } from "../exchange.ts";
import { refusalFailure } from "../failure.ts";
import { Refusal } from "../refusal.ts";
import { closeAfter } from "./close-after.ts";

/** Answers bytes that `node:http` could not read as a request, or not in time. */
export function handleParseError(
  engine: Engine,
  error: NodeJS.ErrnoException,
  socket: Socket & { _httpMessage?: unknown },
) {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return socket.destroy();
  // An answer is on its way: more bytes would become part of it.
  if (socket._httpMessage) return socket.destroy();
  const exchange = new Exchange(engine, "http", "");
  exchange.failure = refusalFailure(refusalOf(error));
  exchange.finish(exchange.failure.status);
  closeAfter(socket, answerText(answerFor(exchange.failure, undefined), "close"));
}

function refusalOf({ code, message }: NodeJS.ErrnoException): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new Refusal("head_too_large", "the request line and the fields together must stay below 32 KiB", 431);
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Refusal("chunk_extensions_too_large", "chunk extensions must stay below 16 KiB", 413);
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Refusal("head_timeout", "the request head did not arrive within egress.timeouts.headers", 408);
    default:
      return new Refusal("bad_request", `this is not a valid HTTP/1.1 request: ${message}`);
  }
}
