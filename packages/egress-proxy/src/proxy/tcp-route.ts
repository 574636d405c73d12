import { createServer, type Server, type Socket } from "node:net";
import type { Engine } from "../engine.ts";
import { CLIENT_GONE, Exchange } from "../exchange.ts";
import { type Failure, noRouteDenial } from "../failure.ts";
import { locate } from "../locate.ts";
import { type ActiveRoute, noteOutcome, passedOver, upstreamGrant } from "../routes/active-route.ts";
import type { Member } from "../routes/balancer.ts";
import type { OwnPort } from "../routes/route-table.ts";
import { HIGH_WATER_MARK } from "../sockets/reading.ts";
import { relay } from "../tunnel/relay.ts";
import type { Connections } from "./connections.ts";
import { dialForRelay } from "./relay-dial.ts";

/** A listener that relays bytes, by the route in force at the moment of a connection. */
export function createTcpListener(engine: Engine, connections: Connections, port: OwnPort): Server {
  return createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: HIGH_WATER_MARK }, (client) => {
    client.on("error", () => client.destroy());
    const exchange = new Exchange(engine, "connect", "TCP");
    exchange.authority = port.authority;
    const { config, routes } = exchange.snapshot;
    const refusal = connections.refusal(config.limits.connections);
    if (refusal !== undefined) return close(exchange, client, refusal);
    connections.add(client, { maybeSilent: true });
    const active = routes.findOn(port, "/");
    if (active === undefined) return close(exchange, client, noRouteDenial(port.authority));
    exchange.route = active.route;
    exchange.authority = active.route.from.authority;
    connectInTurn(engine, exchange, client, active);
  });
}

/** Tries upstreams until one accepts; nothing of the client's is read before, so nothing can be lost. */
function connectInTurn(engine: Engine, exchange: Exchange, client: Socket, active: ActiveRoute): void {
  const { route, balancer } = active;
  const { timeouts } = exchange.snapshot.config;
  const tried = new Set<Member>();
  const refused = new Set<Member>();
  /** What came of an upstream that may be dialled: with one of those it is no denial. */
  let unreached: { readonly failure: Failure; readonly upstream: string } | undefined;

  const attempt = () => {
    const turn = balancer.pick(client.remoteAddress ?? "", tried, refused);
    const { upstream } = turn.member;
    tried.add(turn.member);
    exchange.upstream = upstream.text;
    exchange.attempts++;

    const giveUp = (failure: Failure) => {
      if (failure.denied) refused.add(turn.member);
      else {
        unreached = { failure, upstream: upstream.text };
        noteOutcome(engine.log, active, turn, false);
      }
      balancer.release(turn);
      if (balancer.hasOther(tried, refused)) {
        if (failure.denied) passedOver(engine.log, active, upstream, failure);
        return attempt();
      }
      exchange.upstream = unreached?.upstream ?? upstream.text;
      close(exchange, client, unreached?.failure ?? failure);
    };
    locate(engine, exchange.snapshot, upstream.authority, [upstreamGrant(route, upstream)], (failure, addresses) => {
      if (client.destroyed) {
        balancer.release(turn);
        return exchange.finish(CLIENT_GONE);
      }
      if (failure) return giveUp(failure);
      const timeout = Math.min(timeouts.connect, route.timeout);
      const target = { addresses, port: upstream.authority.port, timeout, name: upstream.text };
      dialForRelay(engine, exchange, client, target, {
        connected: (server) => {
          noteOutcome(engine.log, active, turn, true);
          relay(client, server, timeouts.idle, () => {
            balancer.release(turn);
            exchange.bytesIn = client.bytesRead;
            exchange.bytesOut = server.bytesRead;
            exchange.finish(200);
          });
        },
        failed: giveUp,
        abandoned: () => balancer.release(turn),
      });
    });
  };
  attempt();
}

function close(exchange: Exchange, client: Socket, failure: Failure): void {
  exchange.failure = failure;
  exchange.finish(failure.status);
  client.destroy();
}
