import type { TLSSocket } from "node:tls";
import { authorityText } from "../authority.ts";
import type { Engine } from "../engine.ts";
import { type Failure, loopFailure, unsafePathDenial } from "../failure.ts";
import { fieldListHas, requestFields, valuesOf } from "../http/fields.ts";
import { IDEMPOTENT } from "../http/methods.ts";
import { locate } from "../locate.ts";
import { isSafePath } from "../policy/path-safety.ts";
import { type ActiveRoute, noteOutcome, passedOver, upstreamGrant } from "../routes/active-route.ts";
import type { Member } from "../routes/balancer.ts";
import { upstreamPath } from "../routes/route-table.ts";
import type { Target } from "../target.ts";
import { forward, type Plan } from "./forward.ts";
import type { CheckedRequest } from "./plain.ts";
import { reject } from "./reject.ts";

/** Sends a request to an upstream of the route it matched, and to another one when that is allowed and helps. */
export function sendByRoute(
  engine: Engine,
  request: CheckedRequest,
  active: ActiveRoute,
  target: Pick<Target, "path" | "query">,
) {
  const { exchange, client } = request;
  const { route, balancer, budget } = active;
  exchange.route = route;
  if (!isSafePath(target.path)) return reject(exchange, client, unsafePathDenial());
  if (valuesOf(client.head.fields, "via").some((value) => value.includes(engine.mark))) {
    return reject(exchange, client, loopFailure());
  }
  const isRepeatable = client.isBodyRead && IDEMPOTENT.has(exchange.method);
  const tried = new Set<Member>();
  const refused = new Set<Member>();
  let retried = 0;
  budget.request();

  const attempt = () => {
    const turn = balancer.pick(target.path + target.query, tried, refused);
    const { member } = turn;
    tried.add(member);
    let isReleased = false;
    const release = () => {
      if (!isReleased) balancer.release(turn);
      isReleased = true;
    };
    client.onClose(release);

    const note = (ok: boolean) => noteOutcome(engine.log, active, turn, ok);
    const next = () => {
      client.offClose(release);
      release();
      attempt();
    };
    /** Whether another try begins. */
    const again = (condition: string, isHarmless: boolean): boolean => {
      const { retries } = route;
      if (client.isInformed) return false;
      if (!isHarmless || !retries.on.has(condition) || retried >= retries.attempts || !budget.take()) return false;
      engine.telemetry.retried(route.from.text);
      retried++;
      next();
      return true;
    };
    /** Another upstream takes the place of one that the guard refuses. That is no retry: nothing has been tried. */
    const denied = (failure: Failure): boolean => {
      refused.add(member);
      if (refused.size === balancer.members.length) return false;
      passedOver(engine.log, active, member.upstream, failure);
      next();
      return true;
    };
    const failed = (failure: Failure, sent: boolean): boolean => {
      note(false);
      if (!sent && again("connect", true)) return true;
      return again(String(failure.status), isRepeatable);
    };
    const answered = (status: number): boolean => {
      note(status < 500);
      return status >= 500 && again(String(status), isRepeatable);
    };
    sendTo(engine, request, active, target, member, { failed, answered, denied });
  };
  attempt();
}

interface RouteWatch extends NonNullable<Plan["watch"]> {
  /** The guard permits no address of the upstream. A result of true takes it over. */
  denied(failure: Failure): boolean;
}

function sendTo(
  engine: Engine,
  request: CheckedRequest,
  active: ActiveRoute,
  target: Pick<Target, "path" | "query">,
  { upstream }: Member,
  watch: RouteWatch,
) {
  const { exchange, client, framing, isUpgrade } = request;
  const { route } = active;
  const { authority } = upstream;
  exchange.upstream = upstream.text;
  exchange.address = undefined;
  locate(engine, exchange.snapshot, authority, [upstreamGrant(route, upstream)], (failure, addresses) => {
    if (client.isClosed) return;
    if (failure) {
      exchange.attempts++;
      if (failure.denied ? watch.denied(failure) : watch.failed(failure, false)) return;
      return reject(exchange, client, failure);
    }
    const tls = active.identities.get(upstream.text);
    const destination = {
      poolName: `${upstream.scheme} ${authority.host} ${authority.port} ${addresses.toSorted().join()} ${tls?.id ?? ""} ${route.from.text}`,
      addresses,
      port: authority.port,
      connectTimeout: exchange.snapshot.config.timeouts.connect,
      tls,
    };
    forward(engine, exchange, client, {
      destination,
      method: exchange.method,
      path: upstreamPath(route.from.prefix, upstream.path, target.path) + target.query,
      ...routeFields(engine, request, active, authorityText(authority, upstream.scheme === "https" ? 443 : 80)),
      framing,
      headTimeout: route.timeout,
      watch,
      isUpgrade,
    });
  });
}

/** The client's fields with the route's changes: removal first, then `headers.set`, then the mark against loops. */
function routeFields(engine: Engine, { client, framing }: CheckedRequest, { route }: ActiveRoute, host: string) {
  const { headers, from } = route;
  const set = new Map(Object.entries(headers.set).map(([name, value]) => [name.toLowerCase(), { name, value }]));
  const forwarded = from.open ? forwardedFields(client, headers.remove) : {};
  const own = Object.entries(forwarded).filter(([name]) => !set.has(name.toLowerCase()));
  const replaced = new Set([...headers.remove, ...set.keys(), ...own.map(([name]) => name.toLowerCase())]);
  replaced.delete("host");
  const setHost = set.get("host")?.value.reveal();
  set.delete("host");
  const keepsHost = from.open && setHost === undefined && valuesOf(client.head.fields, "host").length > 0;
  const fields = requestFields(client.head.fields, {
    ...(!keepsHost && { host: setHost ?? host }),
    chunked: framing === "chunked",
    drop: replaced,
  });
  for (const [name, value] of own) fields.push(name, value);
  for (const { name, value } of set.values()) fields.push(name, value.reveal());
  fields.push("Via", `1.1 ${engine.mark}`);
  return { fields, without: replaced };
}

/** What a listener on all addresses adds. @param removed names of the client's fields that do not count. */
function forwardedFields(
  { head, socket }: CheckedRequest["client"],
  removed: ReadonlySet<string>,
): Record<string, string> {
  const isRemoved = removed.has("x-forwarded-for") || fieldListHas(head.fields, "connection", "x-forwarded-for");
  const before = isRemoved ? [] : valuesOf(head.fields, "x-forwarded-for");
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  const [host] = valuesOf(head.fields, "host");
  return {
    "X-Forwarded-For": [...before, address].join(", "),
    "X-Forwarded-Proto": (socket as Partial<TLSSocket>).encrypted ? "https" : "http",
    ...(host !== undefined && { "X-Forwarded-Host": host }),
  };
}
