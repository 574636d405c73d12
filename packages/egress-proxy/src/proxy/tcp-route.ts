import { createServer, type Server, type Socket } from "node:net";
import { dial } from "@outrigger/net/dial";
import type { Engine } from "../engine.ts";
import { CLIENT_GONE, Exchange } from "../exchange.ts";
import type { Failure } from "../failure.ts";
import { noRouteDenial } from "../failure.ts";
import { locate } from "../locate.ts";
import { type ActiveRoute, upstreamGrant } from "../routes/active-route.ts";
import type { Member } from "../routes/balancer.ts";
import type { OwnPort } from "../routes/route-table.ts";
import { HIGH_WATER_MARK } from "../sockets/reading.ts";
import { relay } from "../tunnel/relay.ts";
import { upstreamFailure } from "../upstream/upstream-failure.ts";
import type { Connections } from "./connections.ts";

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
    connectInTurn(engine, exchange, client, active, new Set());
  });
}

/** Tries upstreams until one accepts; nothing of the client's is read before, so nothing can be lost. */
function connectInTurn(
  engine: Engine,
  exchange: Exchange,
  client: Socket,
  active: ActiveRoute,
  tried: Set<Member>,
): void {
  const { route, balancer } = active;
  const { timeouts } = exchange.snapshot.config;
  const turn = balancer.pick(client.remoteAddress ?? "", tried);
  const { upstream } = turn.member;
  tried.add(turn.member);
  exchange.upstream = upstream.text;
  exchange.attempts++;

  const giveUp = (failure: Failure) => {
    balancer.note(turn, false);
    balancer.release(turn);
    if (balancer.hasOther(tried)) connectInTurn(engine, exchange, client, active, tried);
    else close(exchange, client, failure);
  };
  locate(engine, exchange.snapshot, upstream.authority, [upstreamGrant(route, upstream)], (failure, addresses) => {
    if (client.destroyed) {
      balancer.release(turn);
      return exchange.finish(CLIENT_GONE);
    }
    if (failure) return giveUp(failure);
    const started = performance.now();
    const timeout = Math.min(timeouts.connect, route.timeout);
    const options = {
      addresses,
      port: upstream.authority.port,
      timeout,
      allowHalfOpen: true,
      highWaterMark: HIGH_WATER_MARK,
    };
    const stop = dial(options, (error, server, address) => {
      client.off("close", abandon);
      engine.telemetry.dialled((performance.now() - started) / 1000);
      if (server === undefined) return giveUp(upstreamFailure(error ?? new Error("no connection"), upstream.text));
      balancer.note(turn, true);
      exchange.address = address;
      relay(client, server, timeouts.idle, () => {
        balancer.release(turn);
        exchange.bytesIn = client.bytesRead;
        exchange.bytesOut = server.bytesRead;
        exchange.finish(200);
      });
    });
    const abandon = () => {
      stop();
      balancer.release(turn);
      exchange.finish(CLIENT_GONE);
    };
    client.once("close", abandon);
  });
}

function close(exchange: Exchange, client: Socket, failure: Failure): void {
  exchange.failure = failure;
  exchange.finish(failure.status);
  client.destroy();
}
