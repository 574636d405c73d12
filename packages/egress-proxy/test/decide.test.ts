import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAuthority } from "../src/authority.ts";
import { decide, type Mode, type Question } from "../src/policy/decide.ts";
import { buildRule, parseRuleHost, parseShortRule } from "../src/policy/parse-rule.ts";
import { parsePathPattern } from "../src/policy/path-pattern.ts";
import type { Rule } from "../src/policy/rule.ts";
import { RuleIndex } from "../src/policy/rule-index.ts";

const rule = (
  host: string,
  limits: { ports?: number[]; methods?: string[]; paths?: string[]; tunnel?: "tls" | "any" } = {},
): Rule => buildRule({ ...limits, host: parseRuleHost(host), paths: limits.paths?.map(parsePathPattern) });
const ask = (rules: Rule[], target: string, { method = "GET", path = "/", mode = "enforce" as Mode } = {}) =>
  decide(
    { authority: parseAuthority(target, method === "CONNECT" ? undefined : 80), method, path },
    { mode, index: new RuleIndex(rules) },
  );

const rows: [string, Rule[], string, { method?: string; path?: string }, string | undefined][] = [
  ["no rules", [], "a.test", {}, "host_not_allowed"],
  ["a host alone means port 80", [rule("a.test")], "a.test", {}, undefined],
  ["and port 443", [rule("a.test")], "a.test:443", { method: "CONNECT" }, undefined],
  ["and no other", [rule("a.test")], "a.test:8080", {}, "port_not_allowed"],
  ["host:port means that port", [parseShortRule("a.test:8080")], "a.test:8080", {}, undefined],
  ["and no other", [parseShortRule("a.test:8080")], "a.test", {}, "port_not_allowed"],
  ["a wildcard is any depth below", [rule("*.a.test")], "x.y.a.test", {}, undefined],
  ["never the name itself", [rule("*.a.test")], "a.test", {}, "host_not_allowed"],
  ["never a name that only ends like it", [rule("*.a.test")], "xa.test", {}, "host_not_allowed"],
  ["rules are compared without case", [rule("A.Test")], "a.TEST", {}, undefined],
  [
    "methods are case-sensitive",
    [rule("a.test", { methods: ["GET"] })],
    "a.test",
    { method: "get" },
    "method_not_allowed",
  ],
  ["GET is not HEAD", [rule("a.test", { methods: ["GET"] })], "a.test", { method: "HEAD" }, "method_not_allowed"],
  [
    "methods grant no tunnel",
    [rule("a.test", { methods: ["GET"] })],
    "a.test:443",
    { method: "CONNECT" },
    "tunnel_not_allowed",
  ],
  [
    "paths grant no tunnel",
    [rule("a.test", { paths: ["/**"] })],
    "a.test:443",
    { method: "CONNECT" },
    "tunnel_not_allowed",
  ],
  [
    "unless the rule says so",
    [rule("a.test", { methods: ["GET"], tunnel: "tls" })],
    "a.test:443",
    { method: "CONNECT" },
    undefined,
  ],
  [
    "and then methods still bind plain requests",
    [rule("a.test", { methods: ["GET"], tunnel: "tls" })],
    "a.test",
    { method: "PUT" },
    "method_not_allowed",
  ],
  [
    "a path that does not match",
    [rule("a.test", { paths: ["/repos/*"] })],
    "a.test",
    { path: "/users/x" },
    "path_not_allowed",
  ],
  [
    "a path that servers read differently",
    [rule("a.test", { paths: ["/**"] })],
    "a.test",
    { path: "/a/%2e%2e/b" },
    "path_not_allowed",
  ],
  [
    "the whole server is no path",
    [rule("a.test", { paths: ["/**"] })],
    "a.test",
    { method: "OPTIONS", path: "*" },
    "path_not_allowed",
  ],
  ["but within a rule without paths", [rule("a.test")], "a.test", { method: "OPTIONS", path: "*" }, undefined],
  ["no matter without paths", [rule("a.test")], "a.test", { path: "/a/%2e%2e/b" }, undefined],
  [
    "a union: one rule grants what another does not",
    [rule("a.test", { methods: ["GET"] }), rule("*.test")],
    "a.test",
    { method: "PUT" },
    undefined,
  ],
];
for (const [name, rules, target, request, reason] of rows) {
  test(`${name}: ${request.method ?? "GET"} ${target}${request.path ?? ""} is ${reason ?? "allowed"}`, () => {
    const decision = ask(rules, target, request);
    assert.equal(decision.allowed, reason === undefined);
    assert.equal(decision.reason, reason);
  });
}

test("a tunnel to 443 carries TLS only, elsewhere anything; the wider of two rules counts", () => {
  const tunnel = (rules: Rule[], target: string) => ask(rules, target, { method: "CONNECT" }).tunnel;
  assert.equal(tunnel([rule("a.test")], "a.test:443"), "tls");
  assert.equal(tunnel([rule("a.test")], "a.test:80"), "any");
  assert.equal(tunnel([rule("a.test", { ports: [5432], tunnel: "tls" })], "a.test:5432"), "tls");
  assert.equal(tunnel([rule("a.test", { ports: [443], tunnel: "any" }), rule("*.test")], "a.test:443"), "any");
});

test("a rule that misses grants nothing in report and learn: what it permits of addresses is for its own requests", () => {
  for (const mode of ["report", "learn"] as const) {
    const { allowed, granting, reason } = ask([rule("a.test", { ports: [8080] })], "a.test", { mode });
    assert.deepEqual([allowed, granting, reason], [true, [], "port_not_allowed"]);
  }
});

test("report and learn let pass and keep the reason", () => {
  for (const mode of ["report", "learn"] as const) {
    const decision = ask([], "a.test", { mode });
    assert.deepEqual([decision.allowed, decision.reason, decision.granting.length], [true, "host_not_allowed", 0]);
  }
});

const wrong = [
  "*",
  "*.",
  "a.*.test",
  "*x",
  "x*",
  "*.*.test",
  "*.1.2.3.4",
  "*.[::1]",
  "http://a.test",
  "a.test/x",
  "2130706433",
  "0x7f.1",
  "127.1",
  "a..b",
  "a@b",
  "",
];
for (const host of wrong) {
  test(`${JSON.stringify(host)} is no host of a rule`, () => {
    assert.throws(() => parseRuleHost(host));
  });
}

for (const [host, message] of [
  ["a.*.test", /only as "\*\." in front/],
  ["*.", /only as "\*\." in front/],
  ["a.test/x", /contains a path/],
  ["http://a.test", /is a URL/],
  ["*.1.2.3.4", /wildcard over an address/],
] as const) {
  test(`the complaint about ${host} names the mistake`, () => {
    assert.throws(() => parseRuleHost(host), message);
  });
}

const hosts = ["a.test", "b.test", "x.a.test", "y.x.a.test", "test", "1.2.3.4", "evil.example"];
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.record({ value: arbitrary }, { requiredKeys: [] });
const anyRule = fc
  .tuple(
    fc.constantFrom(...hosts, "*.a.test", "*.test", "*.x.a.test"),
    optional(fc.subarray([80, 443, 8080], { minLength: 1 })),
    optional(fc.subarray(["GET", "POST"], { minLength: 1 })),
    optional(fc.subarray(["/a/*", "/b/**", "/c"], { minLength: 1 })),
    optional(fc.constantFrom("tls" as const, "any" as const)),
  )
  .map(([host, ports, methods, paths, tunnel]) => ({
    host,
    limits: {
      ...(ports.value && { ports: ports.value }),
      ...(methods.value && { methods: methods.value }),
      ...(paths.value && { paths: paths.value }),
      ...(tunnel.value && { tunnel: tunnel.value }),
    },
  }));
const anyQuestion = fc.record({
  host: fc.constantFrom(...hosts),
  port: fc.constantFrom(80, 443, 8080, 81),
  method: fc.constantFrom("GET", "POST", "CONNECT"),
  path: fc.constantFrom("/", "/a/x", "/b/", "/b/x/y", "/c", "/a/%2e%2e"),
});

test("a verdict depends neither on the order nor on the number nor on the case of rules", () => {
  const padding = Array.from({ length: 10_000 }, (_, index) => parseShortRule(`padding${index}.example.org`));
  const counts = [99, 101, 10_000].map((count) => padding.slice(0, count));
  interface Input {
    host: string;
    limits: Parameters<typeof rule>[1];
  }
  const property = (
    inputs: Input[],
    question: { host: string; port: number; method: string; path: string },
    more: Rule[],
  ) => {
    const rules = inputs.map(({ host, limits }) => rule(host, limits));
    const shouted = inputs.map(({ host, limits }) => rule(host.toUpperCase(), limits));
    const asked: Question = {
      authority: parseAuthority(`${question.host}:${question.port}`),
      method: question.method,
      path: question.path,
    };
    const expected = decide(asked, { mode: "enforce", index: new RuleIndex(rules) });
    for (const others of [rules.toReversed(), shouted, [...more, ...rules], [...rules, ...rules]]) {
      const verdict = decide(asked, { mode: "enforce", index: new RuleIndex(others) });
      assert.deepEqual(
        [verdict.allowed, verdict.reason, verdict.tunnel, verdict.rule?.text],
        [expected.allowed, expected.reason, expected.tunnel, expected.rule?.text],
      );
    }
  };
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 6 }), anyQuestion, (inputs, question) => property(inputs, question, [])),
    { numRuns: 5000 },
  );
  for (const more of counts) {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyQuestion, (inputs, question) =>
        property(inputs, question, more),
      ),
      { numRuns: 8 },
    );
  }
});
