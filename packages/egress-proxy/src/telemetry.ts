import type { Registry } from "@outrigger/runtime/metrics";
import type { EgressConfig } from "./config.ts";

/** The proxy's own series. Labels hold only words of ours and text of the configuration, never a client's. */
export interface Telemetry {
  decided(verdict: "allowed" | "denied", reason: string, kind: "http" | "connect" | "upgrade"): void;
  answered(rule: string, status: number): void;
  transferred(bytesIn: number, bytesOut: number): void;
  dialled(seconds: number): void;
  lookedUp(seconds: number): void;
  routed(route: string, upstream: string, status: number): void;
  retried(route: string): void;
  /** Forgets the series of rules, routes and upstreams that this configuration does not spell. */
  forgetOthers(config: Pick<EgressConfig, "allow" | "routes">): void;
}

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10];

/** What is read when the metrics are asked for. */
export interface Gauges {
  connections(): { client: number; upstream: number };
  /** Ejected upstreams of each route. */
  ejected(): { route: string; count: number }[];
}

/** Registers the proxy's series. */
export function createTelemetry(registry: Registry, gauges: Gauges): Telemetry {
  const name = (suffix: string) => `outrigger_egress_${suffix}`;
  const decisions = registry.counter(name("decisions_total"), "Decisions by verdict.", ["verdict", "reason", "kind"]);
  const requests = registry.counter(name("requests_total"), "Answers by rule and status.", ["rule", "code"]);
  const bytes = registry.counter(name("bytes_total"), "Bytes from clients (in) and to clients (out).", ["direction"]);
  const dials = registry.histogram(name("dial_seconds"), "Time to connect to an upstream.", SECONDS);
  const lookups = registry.histogram(name("dns_seconds"), "Time of name look-ups not served from the cache.", SECONDS);
  const routed = registry.counter(name("route_requests_total"), "Answers through routes.", [
    "route",
    "upstream",
    "code",
  ]);
  registry.gauge(name("connections"), "Open connections.", ["side"], (gauge) => {
    const { client, upstream } = gauges.connections();
    gauge.labels("client").set(client);
    gauge.labels("upstream").set(upstream);
  });
  const retries = registry.counter(name("route_retries_total"), "Further tries of routes.", ["route"]);
  registry.gauge(name("route_ejected"), "Upstreams left alone after failures.", ["route"], (gauge) => {
    gauge.clear();
    for (const { route, count } of gauges.ejected()) gauge.labels(route).set(count);
  });
  const bytesIn = bytes.labels("in");
  const bytesOut = bytes.labels("out");
  return {
    decided: (verdict, reason, kind) => decisions.labels(verdict, reason, kind).inc(),
    answered: (rule, status) => requests.labels(rule, String(status)).inc(),
    transferred: (received, sent) => {
      bytesIn.inc(received);
      bytesOut.inc(sent);
    },
    dialled: (seconds) => dials.observe(seconds),
    lookedUp: (seconds) => lookups.observe(seconds),
    retried: (route) => retries.labels(route).inc(),
    routed: (route, upstream, status) => routed.labels(route, upstream, String(status)).inc(),
    forgetOthers: ({ allow, routes }) => {
      const rules = new Set(["", ...allow.map(({ text }) => text)]);
      const upstreams = new Map(
        routes.map((route) => [route.from.text, new Set(["", ...route.upstreams.map(({ text }) => text)])]),
      );
      requests.retain((rule) => rules.has(rule));
      routed.retain((route, upstream) => upstreams.get(route)?.has(upstream) === true);
      retries.retain((route) => upstreams.has(route));
    },
  };
}
