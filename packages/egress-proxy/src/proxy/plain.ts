import { authorityText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { CLIENT_GONE, Exchange, type Kind } from "../exchange.ts";
import { internalFailure, noRouteDenial, refusalFailure, ruleDenial } from "../failure.ts";
import { METHOD_OVERRIDES, requestFields } from "../http/fields.ts";
import { locate } from "../locate.ts";
import { decide } from "../policy/decide.ts";
import { Refusal } from "../refusal.ts";
import type { OwnPort } from "../routes/route-table.ts";
import { parseAbsoluteForm, parseOriginForm, type Target } from "../target.ts";
import type { ClientRequest } from "./client-request.ts";
import { forward } from "./forward.ts";
import { checkHead, type Framing } from "./head-check.ts";
import { reject } from "./reject.ts";
import { sendByRoute } from "./route-request.ts";
import { isWebSocket } from "./upgrade.ts";

/** A request whose head has been checked, with what records it. */
export interface CheckedRequest {
  readonly exchange: Exchange;
  readonly client: ClientRequest;
  readonly framing: Framing;
  /** The client wants to leave HTTP for a WebSocket. */
  readonly isUpgrade: boolean;
}

/**
 * Answers one request that is no CONNECT: judged, then forwarded or refused.
 * @param port of routes' own, where the request came in; absent on the proxy port.
 */
export function handleRequest(engine: Engine, client: ClientRequest, port?: OwnPort): void {
  const { head } = client;
  let exchange: Exchange | undefined;
  try {
    const framing = checkHead(head);
    client.framing = framing;
    const isUpgrade = isWebSocket(head, framing);
    if (isUpgrade) client.makeLast();
    exchange = begin(engine, client, isUpgrade ? "upgrade" : "http");
    const request = { exchange, client, framing, isUpgrade };
    if (port) sendByListener(engine, request, port);
    else sendByProxy(engine, request);
  } catch (error) {
    exchange ??= begin(engine, client, "http");
    const failure = error instanceof Refusal ? refusalFailure(error) : internalFailure(error);
    reject(exchange, client, failure, { close: true });
  }
}

function begin(engine: Engine, client: ClientRequest, kind: Kind): Exchange {
  const exchange = new Exchange(engine, kind, client.head.method);
  client.onClose(() => exchange.finish(client.status === 0 ? CLIENT_GONE : client.status));
  return exchange;
}

/** On a route's own port the listener says which routes are meant; `Host` does not. */
function sendByListener(engine: Engine, request: CheckedRequest, port: OwnPort) {
  const { exchange, client } = request;
  exchange.authority = port.authority;
  const target = parseOriginForm(client.head.target);
  exchange.path = target.path;
  const active = exchange.snapshot.routes.findOn(port, target.path);
  if (active === undefined) return reject(exchange, client, noRouteDenial(port.authority));
  exchange.authority = active.route.from.authority;
  sendByRoute(engine, request, active, target);
}

function sendByProxy(engine: Engine, request: CheckedRequest): void {
  const { exchange, client } = request;
  const target = parseAbsoluteForm(client.head.target, exchange.method);
  exchange.authority = target.authority;
  exchange.path = target.path;
  const route = exchange.snapshot.routes.find(target.authority, target.path);
  if (route) sendByRoute(engine, request, route, target);
  else sendByRules(engine, request, target);
}

function sendByRules(engine: Engine, request: CheckedRequest, { authority, path, query }: Target) {
  const { exchange, client, framing, isUpgrade } = request;
  const { snapshot, method } = exchange;
  const question = { authority, method, path };
  const decision = decide(question, snapshot.policy);
  exchange.decision = decision;
  if (!decision.allowed) return reject(exchange, client, ruleDenial(question, decision));
  const limitsMethods = decision.granting.length > 0 && decision.granting.every((rule) => rule.methods.length > 0);
  locate(engine, snapshot, authority, decision.granting, (failure, addresses) => {
    if (client.isClosed) return;
    if (failure) return reject(exchange, client, failure);
    const fields = requestFields(client.head.fields, {
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
    forward(engine, exchange, client, { destination, method, path: path + query, fields, framing, isUpgrade });
  });
}
