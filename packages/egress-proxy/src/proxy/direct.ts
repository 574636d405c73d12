import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerFor, answerText } from "../answer.ts";
import type { Authority } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { Exchange } from "../exchange.ts";
import { internalFailure, noRouteDenial, refusalFailure } from "../failure.ts";
import { Refusal } from "../refusal.ts";
import { parseOriginForm } from "../target.ts";
import { closeAfter } from "./connect.ts";
import { checkHead } from "./head-check.ts";
import { reject } from "./reject.ts";
import { sendByRoute } from "./route-request.ts";

/** Answers one request on a route's own listener. The listener says which routes are meant; `Host` does not. */
export function handleDirect(
  engine: Engine,
  authority: Authority,
  client: IncomingMessage,
  response: ServerResponse,
): void {
  const exchange = new Exchange(engine, "http", client.method ?? "");
  exchange.authority = authority;
  response.once("close", () => exchange.finish(response.statusCode));
  try {
    const framing = checkHead(client);
    const target = parseOriginForm(client.url ?? "");
    exchange.path = target.path;
    const route = exchange.snapshot.routes.find(authority, target.path);
    if (route) sendByRoute(engine, exchange, client, response, { route, target, framing });
    else reject(exchange, client, response, noRouteDenial(authority), { hasBody: framing !== "none" });
  } catch (error) {
    const failure = error instanceof Refusal ? refusalFailure(error) : internalFailure();
    if (!(error instanceof Refusal)) engine.log.error("a request failed inside the proxy", { error });
    reject(exchange, client, response, failure, { hasBody: true });
  }
}

/** A route's own listener is no proxy. */
export function refuseConnect(engine: Engine, authority: Authority, client: Socket): void {
  const exchange = new Exchange(engine, "connect", "CONNECT");
  exchange.authority = authority;
  exchange.failure = refusalFailure(new Refusal("target_form", "this port is no proxy: CONNECT goes to egress.listen"));
  exchange.finish(exchange.failure.status);
  closeAfter(client, answerText(answerFor(exchange.failure, authority), "close"));
}
