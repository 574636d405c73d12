import type { Socket } from "node:net";
import { answerFor, answerText } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { Exchange } from "../exchange.ts";
import { type Failure, refusalFailure } from "../failure.ts";
import type { Malformed } from "../http/malformed.ts";
import { Refusal } from "../refusal.ts";
import { MAX_TARGET } from "../target.ts";
import { closeAfter } from "./close.ts";

/** Answers bytes that could not be read as a request, or not in time, and ends the connection. */
export function answerMalformed(engine: Engine, problem: Malformed | "timeout", client: Socket): void {
  answerUnread(engine, refusalFailure(problem === "timeout" ? headTimeout() : refusalOf(problem)), client);
}

/** Answers a connection of which no request was read, records it, and ends it. */
export function answerUnread(engine: Engine, failure: Failure, client: Socket): void {
  const exchange = new Exchange(engine, "http", "");
  exchange.failure = failure;
  const answer = answerFor(failure, undefined);
  exchange.bytesOut = answer.body.length;
  exchange.finish(answer.status);
  closeAfter(client, answerText(answer, "close"));
}

function headTimeout(): Refusal {
  return new Refusal("head_timeout", "the request head did not arrive within egress.timeouts.headers", 408);
}

/** What to say about bytes that are no valid HTTP. */
export function refusalOf({ excess, message }: Malformed): Refusal {
  switch (excess) {
    case "target":
      return new Refusal("target_too_long", `the URL is longer than ${MAX_TARGET} bytes`, 414);
    case "head":
      return new Refusal("head_too_large", "the request line and the fields together must stay below 32 KiB", 431);
    case "trailers":
      return new Refusal("trailers_too_large", "trailer fields must stay below 32 KiB", 431);
    case "chunk extensions":
      return new Refusal("chunk_extensions_too_large", "chunk extensions must stay below 16 KiB");
    default:
      return new Refusal("bad_request", `this is not a valid HTTP/1.1 request: ${message}`);
  }
}
