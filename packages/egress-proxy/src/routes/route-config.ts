import { isIPv6 } from "node:net";
import {
  duration,
  either,
  type Infer,
  Invalid,
  integer,
  list,
  map,
  normalize,
  object,
  oneOf,
  optional,
  refine,
  secret,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import { parseHost } from "../authority.ts";
import { parsed, resolvesTo } from "../config-parts.ts";
import { parseFrom, parseUpstream } from "./parse-route.ts";
import type { Route } from "./route.ts";
import { routeProblems } from "./route-problems.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const upstream = normalize(
  text("URL of a server, or host:port for tcp routes", { expected: "a URL, or host:port for tcp routes" }),
  parsed(parseUpstream),
);

const file = (description: string) => text(description, { expected: "a path", nonEmpty: true });

/** Without trailing dot and in lower case: how names stand in SNI (RFC 6066 section 3). */
const readServerName = (name: string) => parseHost(isIPv6(name) ? `[${name}]` : name).host;

const retryCondition = normalize(
  either("connect, or a status such as 503", [
    text("connect, or a status", { expected: "connect, or a status" }),
    integer("a status", { min: 500, max: 599 }),
  ]),
  (value) => {
    if (!/^(?:connect|5\d\d)$/.test(String(value)))
      throw new Invalid('must be connect, or a status from "500" to "599"');
    return String(value);
  },
);

const retries = object("another try before the client gets an error", {
  attempts: withDefault(integer("tries after the first", { min: 0, max: 10 }), 2),
  on: withDefault(list("what is tried again: requests without a body, and for connect all", retryCondition), [
    "connect",
    "502",
    "503",
    "504",
  ]),
  budget: withDefault(
    normalize(
      text("retries per request, over 10 s; ten are always allowed", { expected: "a share such as 20%" }),
      (value) => {
        const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(value)?.[1];
        if (percent === undefined) throw new Invalid("must be a share such as 20%");
        return Number(percent) / 100;
      },
    ),
    "20%",
  ),
});

const routeObject = object("where requests go, and how", {
  upstreams: list("servers", upstream, { min: 1 }),
  balance: withDefault(
    oneOf("which server is next; hash is over path and query, or the client's address for tcp", [
      "round-robin",
      "least-requests",
      "random",
      "hash",
    ]),
    "round-robin",
  ),
  retries: withDefault(retries, { attempts: 0 }),
  eject: withDefault(
    object("servers that fail are left alone for a while", {
      consecutive: withDefault(integer("connect errors, time-outs and 5xx in a row", { min: 1 }), 5),
      for: withDefault(duration("until one request tries it again", { min: "1ms" }), "30s"),
      maxPercent: withDefault(
        integer("of the servers at most, rounded down, never the last one", { min: 0, max: 100 }),
        50,
      ),
    }),
    {},
  ),
  resolvesTo: withDefault(resolvesTo, []),
  timeout: withDefault(
    duration("from the dial to the last byte of the response head", { min: "1ms", max: "24h" }),
    "15s",
  ),
  tls: withDefault(
    refine(
      object("TLS to https servers; name and chain are always verified", {
        ca: optional(file("certificates that replace the system's roots")),
        cert: optional(file("a client certificate")),
        key: optional(file("its key")),
        serverName: optional(
          normalize(
            text("the name to ask for and verify, instead of the host", { nonEmpty: true }),
            parsed(readServerName),
          ),
        ),
      }),
      (tls) => ((tls.cert === undefined) !== (tls.key === undefined) ? "needs cert and key together" : undefined),
    ),
    {},
  ),
  headers: withDefault(
    object("changes to request fields", {
      set: withDefault(
        map("fields to set, after removal", secret("the value"), { key: TOKEN, keyExpected: "must be a field name" }),
        {},
      ),
      remove: withDefault(
        list("fields to remove", text("a field name", { pattern: TOKEN, expected: "a field name" })),
        [],
      ),
    }),
    {},
  ),
  certificate: optional(
    object("the certificate of an https route's own listener, read again when the files change", {
      cert: file("certificate chain, PEM"),
      key: file("private key, PEM"),
    }),
  ),
});

type RouteInput = Infer<typeof routeObject>;

const shortForm = normalize(upstream, ({ text: only }): RouteInput => routeObject.parse({ upstreams: [only] }));

/** `egress.routes`: the key says what is matched, the value where it goes. */
export const routes = normalize(
  refine(
    map("local URLs that stand for remote services", either("where requests go", [shortForm, routeObject])),
    routeProblems,
  ),
  (entries): Route[] => Object.entries(entries).map(([from, route]) => buildRoute(from, route)),
);

function buildRoute(key: string, { retries: { attempts, on, budget }, headers, ...rest }: RouteInput): Route {
  return {
    ...rest,
    from: parseFrom(key),
    retries: { attempts, budget, on: new Set(on) },
    headers: { set: headers.set, remove: new Set(headers.remove.map((name) => name.toLowerCase())) },
  };
}
