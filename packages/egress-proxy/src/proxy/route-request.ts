import type { IncomingMessage, ServerResponse } from "node:http";
import { authorityText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import type { Exchange } from "../exchange.ts";
import { unsafePathDenial } from "../failure.ts";
import { locate } from "../locate.ts";
import { isSafePath } from "../policy/path-safety.ts";
import type { Route } from "../routes/route.ts";
import { upstreamPath } from "../routes/route-table.ts";
import type { Target } from "../target.ts";
import { requestFields } from "./fields.ts";
import { forward } from "./forward.ts";
import type { Framing } from "./head-check.ts";
import { reject } from "./reject.ts";

export interface RouteRequest {
  readonly route: Route;
  readonly target: Pick<Target, "path" | "query">;
  readonly framing: Framing;
}

/** Sends a request to the upstream of the route that it matched. */
export function sendByRoute(
  engine: Engine,
  exchange: Exchange,
  client: IncomingMessage,
  response: ServerResponse,
  { route, target, framing }: RouteRequest,
) {
  const hasBody = framing !== "none";
  const [upstream] = route.upstreams;
  exchange.route = route;
  if (upstream === undefined || !isSafePath(target.path)) {
    return reject(exchange, client, response, unsafePathDenial(), { hasBody });
  }
  exchange.upstream = upstream.text;
  const { authority } = upstream;
  const { snapshot, method } = exchange;
  const spellsHost = authority.kind !== "name" || authority.host === "localhost";
  locate(engine, snapshot, authority, [{ spellsHost, resolvesTo: route.resolvesTo }], (failure, addresses) => {
    if (response.closed) return;
    if (failure) return reject(exchange, client, response, failure, { hasBody });
    const fields = requestFields(client.rawHeaders, {
      host: authorityText(authority, upstream.scheme === "https" ? 443 : 80),
      chunked: framing === "chunked",
    });
    const destination = {
      poolName: `${upstream.scheme} ${authority.host} ${authority.port} ${addresses.toSorted().join()} ${route.from.text}`,
      addresses,
      port: authority.port,
      connectTimeout: snapshot.config.timeouts.connect,
    };
    const path = upstreamPath(route.from.prefix, upstream.path, target.path) + target.query;
    forward(engine, exchange, client, response, { destination, method, path, fields, framing });
  });
}
