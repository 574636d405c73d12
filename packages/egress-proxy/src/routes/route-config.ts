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
import { parsed, resolvesTo } from "../config-parts.ts";
import { parseFrom, parseUpstream } from "./parse-route.ts";
import type { Route, Upstream } from "./route.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Fields that belong to the proxy: setting or removing them would break the message. */
const RESERVED = /^(?:connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|expect|proxy-.*)$/i;

const upstream = normalize(
  text("URL of a server, or host:port for tcp routes", { expected: "a URL, or host:port for tcp routes" }),
  parsed(parseUpstream),
);

const file = (description: string) => text(description, { expected: "a path", nonEmpty: true });

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
  timeout: withDefault(duration("from the dial to the last byte of the response head", { min: "1ms" }), "15s"),
  tls: withDefault(
    refine(
      object("TLS to https servers; name and chain are always verified", {
        ca: optional(file("certificates that replace the system's roots")),
        cert: optional(file("a client certificate")),
        key: optional(file("its key")),
        serverName: optional(text("the name to ask for and verify, instead of the host", { nonEmpty: true })),
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
    (entries) => [
      ...Object.entries(entries).flatMap(([from, route]) => problemsOf(from, route)),
      ...repeated(Object.keys(entries)),
    ],
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

/** Keys that match what another one matches. */
function repeated(keys: readonly string[]): [string[], string][] {
  const seen = new Map<string, string>();
  const problems: [string[], string][] = [];
  for (const key of keys) {
    const canonical = canonicalKey(key);
    const before = seen.get(canonical);
    if (before === undefined) seen.set(canonical, key);
    else problems.push([[key], `matches the same as ${before}: remove one of them`]);
  }
  return problems;
}

function canonicalKey(key: string): string {
  try {
    const { scheme, authority, prefix } = parseFrom(key);
    return `${scheme} ${authority.host} ${authority.port} ${prefix}`;
  } catch {
    return key; // reported as what it is
  }
}

function problemsOf(key: string, route: RouteInput): [(string | number)[], string][] {
  const problems: [(string | number)[], string][] = [];
  let scheme = "";
  try {
    scheme = parseFrom(key).scheme;
  } catch (error) {
    problems.push([[key], error instanceof Error ? error.message : String(error)]);
  }
  const fits = (upstreamScheme: Upstream["scheme"]) => (scheme === "tcp") === (upstreamScheme === "tcp");
  for (const [index, { scheme: upstreamScheme }] of route.upstreams.entries()) {
    if (scheme === "" || fits(upstreamScheme)) continue;
    const expected =
      scheme === "tcp" ? "must be host:port, as the route is tcp://" : "must be an http:// or https:// URL";
    problems.push([[key, "upstreams", index], expected]);
  }
  if ((scheme === "https") !== (route.certificate !== undefined) && scheme !== "") {
    const message =
      scheme === "https" ? "needs certificate: { cert, key }, as it is https://" : "is for https:// routes only";
    problems.push([scheme === "https" ? [key] : [key, "certificate"], message]);
  }
  for (const name of [...Object.keys(route.headers.set), ...route.headers.remove]) {
    if (RESERVED.test(name)) problems.push([[key, "headers"], `${name} belongs to the proxy and cannot be changed`]);
  }
  for (const [name, value] of Object.entries(route.headers.set)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value.reveal())) {
      problems.push([
        [key, "headers", "set", name],
        "has characters that no field value may have, such as a line break",
      ]);
    }
  }
  return problems;
}
