import type { IncomingMessage, ServerResponse } from "node:http";
import { type Authority, authorityText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { Exchange } from "../exchange.ts";
import { internalFailure, noRouteDenial, refusalFailure, ruleDenial } from "../failure.ts";
import { locate } from "../locate.ts";
import { decide } from "../policy/decide.ts";
import { Refusal } from "../refusal.ts";
import { parseAbsoluteForm, parseOriginForm, type Target } from "../target.ts";
import type { ClientRequest } from "./client-request.ts";
import { METHOD_OVERRIDES, requestFields } from "./fields.ts";
import { forward } from "./forward.ts";
import { checkHead } from "./head-check.ts";
import { reject } from "./reject.ts";
import { sendByRoute } from "./route-request.ts";
import { UPGRADE_FIELDS } from "./upgrade.ts";

/** Where a request came in. */
export interface Entry {
  /** The address of the routes' own listener; absent on the proxy port. */
  readonly listener?: { readonly authority: Authority; readonly scheme: "http" | "https" };
  /** The request is an upgrade, and these bytes came with it. */
  readonly upgradeHead?: Buffer;
}

/** Answers one request that is no CONNECT: judged, then forwarded or refused. */
export function handleRequest(engine: Engine, client: IncomingMessage, response: ServerResponse, entry: Entry): void {
  const exchange = new Exchange(engine, entry.upgradeHead ? "upgrade" : "http", client.method ?? "");
  response.once("close", () => exchange.finish(response.statusCode));
  try {
    const framing = checkHead(client);
    const request = { exchange, client, response, framing, upgradeHead: entry.upgradeHead };
    if (entry.listener) sendByListener(engine, request, entry.listener);
    else sendByProxy(engine, request);
  } catch (error) {
    const failure = error instanceof Refusal ? refusalFailure(error) : internalFailure(error);
    reject(exchange, client, response, failure, { hasBody: true });
  }
}

/** On a route's own port the listener says which routes are meant; `Host` does not. */
function sendByListener(engine: Engine, request: ClientRequest, { authority, scheme }: NonNullable<Entry["listener"]>) {
  const { exchange, client, response, framing } = request;
  const target = parseOriginForm(client.url ?? "");
  exchange.authority = authority;
  exchange.path = target.path;
  const route = exchange.snapshot.routes.find(authority, target.path, scheme);
  if (route) sendByRoute(engine, request, route, target);
  else reject(exchange, client, response, noRouteDenial(authority), { hasBody: framing !== "none" });
}

function sendByProxy(engine: Engine, request: ClientRequest): void {
  const { exchange, client } = request;
  const target = parseAbsoluteForm(client.url ?? "");
  exchange.authority = target.authority;
  exchange.path = target.path;
  const route = exchange.snapshot.routes.find(target.authority, target.path);
  if (route) sendByRoute(engine, request, route, target);
  else sendByRules(engine, request, target);
}

function sendByRules(engine: Engine, request: ClientRequest, { authority, path, query }: Target) {
  const { exchange, client, response, framing, upgradeHead } = request;
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
    if (upgradeHead) fields.push(...UPGRADE_FIELDS);
    const destination = {
      poolName: `http ${authority.host} ${authority.port} ${addresses.toSorted().join()}`,
      addresses,
      port: authority.port,
      connectTimeout: snapshot.config.timeouts.connect,
    };
    const plan = {
      destination,
      method,
      path: path + query,
      fields,
      framing,
      ...(upgradeHead && { upgrade: { head: upgradeHead } }),
    };
    forward(engine, exchange, client, response, plan);
  });
}
