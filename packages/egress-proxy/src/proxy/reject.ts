import { answerFor } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import type { Failure } from "../failure.ts";
import type { ClientRequest } from "./client-request.ts";

interface RejectOptions {
  /** End the connection even without a body: the client and we may disagree about where requests begin. */
  readonly close: boolean;
}

/** Answers a request that goes nowhere. The connection ends when a body follows: it is read for a moment, and dropped. */
export function reject(
  exchange: Exchange,
  client: ClientRequest,
  failure: Failure,
  { close }: RejectOptions = { close: false },
): void {
  exchange.failure = failure;
  if (client.status > 0) {
    client.cut();
    return;
  }
  const { status, phrase, fields, body } = answerFor(
    failure,
    exchange.authority,
    exchange.snapshot.config.blockedStatus,
  );
  const content = Buffer.from(body);
  exchange.bytesOut = client.head.method === "HEAD" ? 0 : content.length;
  if (close) client.makeLast();
  client.begin(status, phrase, fields);
  client.piece(content);
  client.end();
}
