import { parseAddress } from "@outrigger/net/address";
import {
  duration,
  either,
  type Infer,
  Invalid,
  integer,
  list,
  listenAddress,
  normalize,
  object,
  oneOf,
  optional,
  port,
  refine,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { Section } from "@outrigger/runtime/section";
import { cidr, parsed, resolvesTo } from "./config-parts.ts";
import { buildRule, parseRuleHost, parseShortRule } from "./policy/parse-rule.ts";
import { parsePathPattern } from "./policy/path-pattern.ts";
import { claimOf, portClashes } from "./port-clashes.ts";
import { routes } from "./routes/route-config.ts";

const ruleObject = object("one destination with its limits", {
  host: normalize(text("a host, or *.name for any depth below it", { expected: "a host" }), parsed(parseRuleHost)),
  ports: optional(list("ports; 80 and 443 when absent", integer("a port", { min: 1, max: 65_535 }), { min: 1 })),
  methods: optional(
    list(
      "methods, case-sensitive; any when absent",
      text("a method", { pattern: /^[A-Z][A-Z0-9-]*$/, expected: "a method in capitals, such as GET" }),
      { min: 1 },
    ),
  ),
  paths: optional(
    list(
      "path patterns: * is one segment, ** any number; any when absent",
      normalize(text("a path pattern", { expected: 'a path such as "/repos/**"' }), parsed(parsePathPattern)),
      { min: 1 },
    ),
  ),
  resolvesTo: optional(resolvesTo),
  tunnel: optional(oneOf("what a CONNECT tunnel may carry: tls with the host's own name, or anything", ["tls", "any"])),
});

const rule = either("one destination", [
  normalize(text("host or host:port", { expected: "host or host:port" }), parsed(parseShortRule)),
  normalize(ruleObject, buildRule),
]);

const dnsServer = text("address or address:port of a DNS server", { expected: "address:port, such as 10.96.0.10:53" });

const schema = object("the allow-list for outgoing connections", {
  listen: withDefault(listenAddress("where the proxy listens"), "127.0.0.1:1080"),
  mode: withDefault(
    oneOf("enforce, or let everything pass: report logs what enforce would deny, learn collects it", [
      "enforce",
      "report",
      "learn",
    ]),
    "enforce",
  ),
  allow: withDefault(list("destinations; nothing else is allowed", rule), []),
  routes: withDefault(routes, {}),
  blockedStatus: withDefault(
    normalize(
      integer("status of a denied plain request: 403, or 200 with an empty body", { min: 200, max: 403 }),
      (value) => {
        if (value !== 200 && value !== 403) throw new Invalid("must be 403 or 200");
        return value as 200 | 403;
      },
    ),
    403,
  ),
  guard: withDefault(
    object("addresses beside the rules", {
      deny: withDefault(list("blocks to refuse always", cidr("a block")), []),
      allow: withDefault(list("blocks to lift from the built-in list, for every rule", cidr("a block")), []),
    }),
    {},
  ),
  dns: withDefault(
    object("name resolution", {
      servers: withDefault(
        list(
          "servers to ask; the system's when empty",
          refine(dnsServer, (value) => (isServer(value) ? undefined : "must be address:port, such as 10.96.0.10:53")),
        ),
        [],
      ),
    }),
    {},
  ),
  timeouts: withDefault(
    object("time limits", {
      connect: withDefault(duration("for each address dialled", { min: "1ms", max: "10m" }), "5s"),
      idle: withDefault(duration("without a byte in either direction", { min: "1ms", max: "24h" }), "5m"),
      headers: withDefault(
        duration("for a whole request head, and for a ClientHello", { min: "1ms", max: "10m" }),
        "10s",
      ),
    }),
    {},
  ),
  limits: withDefault(
    object("bounds", {
      connections: withDefault(integer("client connections of proxy and routes together", { min: 1 }), 1024),
    }),
    {},
  ),
  drainTimeout: withDefault(duration("for running requests and tunnels after SIGTERM", { max: "24h" }), "25s"),
  audit: withDefault(oneOf("decisions to write to stderr", ["denied", "all", "off"]), "denied"),
  admin: withDefault(object("the admin endpoint", { port: withDefault(port("0: none"), 9904) }), {}),
});

export type EgressConfig = Infer<typeof schema>;

/** The `egress` section (contract section 7). */
export const egressSection: Section<EgressConfig> = {
  key: "egress",
  schema,
  complete: (config, _root, report) => {
    const { listen, admin, routes: entries } = config;
    // Routes have been compared with each other already.
    const clashes = portClashes([
      { path: ["listen"], key: "egress.listen", kind: "proxy", port: listen.port, hosts: [listen.host] },
      { path: ["admin", "port"], key: "egress.admin.port", kind: "admin", port: admin.port, hosts: [undefined] },
      ...entries.map(({ from }) => claimOf(from)),
    ]);
    for (const { claim, message } of clashes) report(claim.path, message);
    return config;
  },
  warnings,
};

/** Valid settings that allow more than they seem to. */
export function warnings({ listen, allow, guard, mode }: EgressConfig): string[] {
  const isOpen = listen.host === undefined || /^(?:0\.0\.0\.0|::)$/.test(listen.host);
  const blind = allow.filter(({ tunnel, methods, paths }) => tunnel && methods.length + paths.length > 0);
  return [
    ...blind.map(
      ({ text: name }) => `${name}: methods and paths bind plain requests only: inside the tunnel they cannot be seen`,
    ),
    ...guard.allow.map(
      ({ text: block }) => `egress.guard.allow lifts ${block} from the list of refused addresses, for every rule`,
    ),
    ...(isOpen
      ? [
          `egress.listen is on all addresses: other machines may use this proxy; 127.0.0.1:${listen.port} is for this one`,
        ]
      : []),
    ...(mode === "enforce" ? [] : [`mode ${mode}: destinations outside the allow-list are let through`]),
  ];
}

function isServer(value: string): boolean {
  const [, bracketed, plain, port = "53"] = /^(?:\[([^\]]+)\]|([0-9.]+))(?::([1-9]\d{0,4}))?$/.exec(value) ?? [];
  return parseAddress(bracketed ?? plain ?? value) !== undefined && Number(port) <= 65_535;
}
