import type { Socket } from "node:net";
import { answerFor, answerText } from "../answer.ts";
import { type Authority, hostText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { CLIENT_GONE, Exchange } from "../exchange.ts";
import { type Failure, internalFailure, refusalFailure, ruleDenial } from "../failure.ts";
import { isPersistent } from "../http/fields.ts";
import type { RequestHead } from "../http/head.ts";
import { locate } from "../locate.ts";
import { decide } from "../policy/decide.ts";
import { Refusal } from "../refusal.ts";
import { parseAuthorityForm } from "../target.ts";
import { ACCESS_DENIED, inspect, observe } from "../tunnel/inspect.ts";
import { relay } from "../tunnel/relay.ts";
import { closeAfter } from "./close.ts";
import { checkHead } from "./head-check.ts";
import { dialForRelay } from "./relay-dial.ts";

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

/** A CONNECT on the proxy port, and the socket it turns into. */
export interface TunnelRequest {
  readonly head: RequestHead;
  readonly client: Socket;
  /** Bytes that came behind the head. */
  readonly rest: Buffer;
  /** Gives the connection back for the request after a denial. */
  readonly keep: () => void;
}

/** Answers one CONNECT: judged, dialled, then relayed; TLS tunnels only after their ClientHello names the host. */
export function handleConnect(engine: Engine, tunnel: TunnelRequest) {
  const { head, client } = tunnel;
  const exchange = new Exchange(engine, "connect", "CONNECT");
  try {
    checkHead(head);
    const authority = parseAuthorityForm(head.target);
    exchange.authority = authority;
    const question = { authority, method: "CONNECT", path: "" };
    const decision = decide(question, exchange.snapshot.policy);
    exchange.decision = decision;
    if (!decision.allowed) return deny(exchange, tunnel, ruleDenial(question, decision));
    locate(engine, exchange.snapshot, authority, decision.granting, (failure, addresses) => {
      if (client.destroyed) return exchange.finish(CLIENT_GONE);
      if (failure) return deny(exchange, tunnel, failure);
      open(engine, exchange, tunnel, authority, addresses);
    });
  } catch (error) {
    refuse(exchange, client, error instanceof Refusal ? refusalFailure(error) : internalFailure(error));
  }
}

function open(
  engine: Engine,
  exchange: Exchange,
  tunnel: TunnelRequest,
  authority: Authority,
  addresses: readonly string[],
) {
  const { port } = authority;
  const timeout = exchange.snapshot.config.timeouts.connect;
  const target = { addresses, port, timeout, name: `${hostText(authority)}:${port}` };
  dialForRelay(engine, exchange, tunnel.client, target, {
    connected: (upstream) => establish(exchange, tunnel, upstream, authority),
    failed: (failure) => deny(exchange, tunnel, failure),
  });
}

function establish(exchange: Exchange, tunnel: TunnelRequest, upstream: Socket, authority: Authority): void {
  const { client } = tunnel;
  client.write(ESTABLISHED, "latin1");
  const { mode } = exchange.snapshot.policy;
  const isInspected = exchange.decision?.tunnel === "tls";
  if (isInspected && mode === "enforce") {
    inspectAndRelay(exchange, tunnel, upstream, authority);
    return;
  }
  if (isInspected || (exchange.decision?.granting.length === 0 && authority.port === 443)) {
    observe(client, authority.host, tunnel.rest, (verdict) => {
      exchange.sni = verdict.sni;
      if (verdict.state === "refused") exchange.observed = verdict.reason;
    });
  }
  pass(exchange, tunnel, upstream, tunnel.rest);
}

function inspectAndRelay(exchange: Exchange, tunnel: TunnelRequest, upstream: Socket, authority: Authority): void {
  const { client } = tunnel;
  const abandon = () => upstream.destroy();
  const abort = () => {
    upstream.destroy();
    exchange.finish(200);
  };
  upstream.on("error", () => client.destroy());
  client.once("close", abort);
  inspect(client, authority.host, tunnel.rest, exchange.snapshot.config.timeouts.headers, (verdict, bytes) => {
    client.off("close", abort);
    exchange.sni = verdict.sni;
    if (verdict.state === "accepted") return pass(exchange, tunnel, upstream, bytes);
    abandon();
    exchange.failure = {
      status: 200,
      error: "http_request_denied",
      reason: verdict.reason,
      hint: `the tunnel to ${authority.host} may carry TLS to that name only`,
      denied: true,
    };
    closeAfter(client, verdict.reason === "not_tls" ? "" : ACCESS_DENIED);
    exchange.finish(200);
  });
}

function pass(exchange: Exchange, { client }: TunnelRequest, upstream: Socket, first: Buffer): void {
  const before = client.bytesRead - first.length;
  if (first.length > 0) upstream.write(first);
  relay(client, upstream, exchange.snapshot.config.timeouts.idle, () => {
    exchange.bytesIn = client.bytesRead - before;
    exchange.bytesOut = upstream.bytesRead;
    exchange.finish(200);
  });
}

/** The connection stays open for another request, unless the client has already sent what it meant for the tunnel. */
function deny(exchange: Exchange, { head, client, rest, keep }: TunnelRequest, failure: Failure) {
  if (rest.length > 0 || !isPersistent(head)) return refuse(exchange, client, failure);
  exchange.failure = failure;
  const answer = answerFor(failure, exchange.authority);
  exchange.bytesOut = answer.body.length;
  exchange.finish(answer.status);
  if (client.destroyed) return;
  client.write(answerText(answer, "keep-alive"));
  keep();
}

function refuse(exchange: Exchange, client: Socket, failure: Failure): void {
  exchange.failure = failure;
  const answer = answerFor(failure, exchange.authority);
  exchange.bytesOut = answer.body.length;
  exchange.finish(answer.status);
  closeAfter(client, answerText(answer, "close"));
}

/** A route's own listener is no proxy. */
export function refuseConnect(engine: Engine, authority: Authority, client: Socket): void {
  const exchange = new Exchange(engine, "connect", "CONNECT");
  exchange.authority = authority;
  refuse(
    exchange,
    client,
    refusalFailure(new Refusal("target_form", "this port is no proxy: CONNECT goes to egress.listen")),
  );
}
