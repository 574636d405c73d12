import type { IncomingMessage, ServerResponse } from "node:http";
import { authorityText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { Exchange } from "../exchange.ts";
import { internalFailure, refusalFailure, ruleDenial } from "../failure.ts";
import { locate } from "../locate.ts";
import { decide } from "../policy/decide.ts";
import { Refusal } from "../refusal.ts";
import { parseAbsoluteForm, type Target } from "../target.ts";
import { METHOD_OVERRIDES, requestFields } from "./fields.ts";
import { forward } from "./forward.ts";
import { checkHead, type Framing } from "./head-check.ts";
import { reject } from "./reject.ts";
import { sendByRoute } from "./route-request.ts";

/** Answers one plain request on the proxy port: judged, then forwarded or refused. */
export function handlePlain(engine: Engine, client: IncomingMessage, response: ServerResponse): void {
  const exchange = new Exchange(engine, "http", client.method ?? "");
  response.once("close", () => exchange.finish(response.statusCode));
  try {
    const framing = checkHead(client);
    const target = parseAbsoluteForm(client.url ?? "");
    exchange.authority = target.authority;
    exchange.path = target.path;
    const route = exchange.snapshot.routes.find(target.authority, target.path);
    if (route) sendByRoute(engine, exchange, client, response, { route, target, framing });
    else sendByRules(engine, exchange, client, response, target, framing);
  } catch (error) {
    const failure = error instanceof Refusal ? refusalFailure(error) : internalFailure();
    if (!(error instanceof Refusal)) engine.log.error("a request failed inside the proxy", { error });
    reject(exchange, client, response, failure, { hasBody: true });
  }
}

function sendByRules(
  engine: Engine,
  exchange: Exchange,
  client: IncomingMessage,
  response: ServerResponse,
  { authority, path, query }: Target,
  framing: Framing,
) {
  const { snapshot, method } = exchange;
  const hasBody = framing !== "none";
  const question = { authority, method, path };
  const decision = decide(question, snapshot.policy);
  exchange.decision = decision;
  if (!decision.allowed) return reject(exchange, client, response, ruleDenial(question, decision), { hasBody });
  const limitsMethods = decision.granting.length > 0 && decision.granting.every((rule) => rule.methods.length > 0);
  locate(engine, snapshot, authority, decision.granting, (failure, addresses) => {
    if (response.closed) return;
    if (failure) return reject(exchange, client, response, failure, { hasBody });
    const fields = requestFields(client.rawHeaders, {
      host: authorityText(authority, 80),
      chunked: framing === "chunked",
      ...(limitsMethods && { drop: METHOD_OVERRIDES }),
    });
    const destination = {
      poolName: `http ${authority.host} ${authority.port} ${addresses.toSorted().join()}`,
      addresses,
      port: authority.port,
      connectTimeout: snapshot.config.timeouts.connect,
    };
    forward(engine, exchange, client, response, { destination, method, path: path + query, fields, framing });
  });
}
