import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ConfigError, loadSection } from "@outrigger/runtime/load";
import { healthSection } from "../src/config.ts";
import { type CheckDefinition, fingerprint } from "../src/definition.ts";

const directory = mkdtempSync(path.join(tmpdir(), "healthz-config-"));
after(() => rmSync(directory, { recursive: true }));

/** Loads a configuration the way the tool does; JSON is YAML. */
async function load(health: string | object) {
  const file = path.join(directory, "outrigger.yaml");
  writeFileSync(file, `{"health": ${typeof health === "string" ? health : JSON.stringify(health)}}`);
  return (await loadSection(healthSection, { file, environment: {} })).config;
}

async function check(value: unknown): Promise<CheckDefinition> {
  return (await load({ checks: { x: value } })).checks[0]!;
}

async function problems(health: object): Promise<string> {
  try {
    await load(health);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "valid";
}

test("nothing is a valid configuration", async () => {
  assert.deepEqual(await load({}), { port: 8080, details: "auto", checks: [], files: new Map() });
});

test("a URL is short for a check with the defaults", async () => {
  const { spec, ...rest } = await check("http://localhost:3000/ping");
  assert.deepEqual(rest, {
    name: "x",
    interval: 10_000,
    timeout: 1000,
    fall: 3,
    rise: 1,
    startPeriod: 0,
    live: false,
    critical: true,
  });
  assert.deepEqual(await check({ http: "http://localhost:3000/ping" }), { ...rest, spec });
  assert.deepEqual(await check({ http: { url: "http://localhost:3000/ping" } }), { ...rest, spec });
});

const specs: [value: unknown, spec: Record<string, unknown>][] = [
  ["tcp://db:5432", { type: "tcp", host: "db", port: 5432 }],
  [{ tcp: "db:5432" }, { type: "tcp", host: "db", port: 5432 }],
  [{ tcp: "tcp://[::1]:5432" }, { type: "tcp", host: "::1", port: 5432 }],
  ["grpc://[::1]:50051/my.Service", { type: "grpc", host: "::1", port: 50051, service: "my.Service" }],
  [{ grpc: "localhost:50051" }, { type: "grpc", host: "localhost", port: 50051, service: "" }],
  ["dns:numbers-api", { type: "dns", name: "numbers-api" }],
  ["file:/logs/app.log", { type: "file", path: "/logs/app.log" }],
  ["file:///logs/app.log", { type: "file", path: "/logs/app.log" }],
  [{ disk: "/data" }, { type: "disk", path: "/data", minFree: { bytes: 0 } }],
  [
    { disk: "/data", minFree: "100MiB" },
    { type: "disk", path: "/data", minFree: { bytes: 104_857_600 } },
  ],
  [
    { disk: "/data", minFree: "12.5%" },
    { type: "disk", path: "/data", minFree: { percent: 12.5 } },
  ],
  [{ log: { files: "/l", match: "x" } }, { type: "log", files: ["/l"], match: /x/, max: 0, within: 60_000 }],
  [
    { metric: { url: "http://x/metrics", name: "queue_depth", max: 100 } },
    { type: "metric", url: "http://x/metrics", name: "queue_depth", max: 100 },
  ],
  [
    "redis://cache",
    { type: "redis", host: "cache", port: 6379, username: undefined, password: undefined, tls: undefined },
  ],
  [
    { redis: { address: "cache:1", tls: true } },
    { type: "redis", host: "cache", port: 1, username: undefined, password: undefined, tls: {} },
  ],
  ["postgres://db", { type: "postgres", host: "db", port: 5432, user: "postgres", database: undefined }],
  [
    "postgresql://me:pw@db:5433/app?sslmode=require",
    { type: "postgres", host: "db", port: 5433, user: "me", database: "app" },
  ],
  [
    { postgres: { address: "db", user: "me", database: "app", tls: { insecure: true } } },
    { type: "postgres", host: "db", port: 5432, user: "me", database: "app", tls: { insecure: true } },
  ],
  [{ exec: ["/bin/check", "--fast"] }, { type: "exec", command: ["/bin/check", "--fast"] }],
];
for (const [value, spec] of specs) {
  test(`${JSON.stringify(value)} is understood`, async () => assert.deepEqual((await check(value)).spec, spec));
}

test("the password of a Redis URL is decoded and kept secret", async () => {
  const { spec } = await check("rediss://me:p%40ss@cache:1/0");
  assert.ok(spec.type === "redis");
  assert.deepEqual([spec.username?.reveal(), spec.password?.reveal(), spec.tls], ["me", "p@ss", {}]);
  assert.doesNotMatch(JSON.stringify(spec), /p@ss/);
});

test("what a reload compares sees another secret and another pattern", async () => {
  const http = (headers: object, body: string) => check({ http: { url: "http://x/", headers, body } });
  const [one, same] = [await http({ A: "first" }, "a"), await http({ A: "first" }, "a")];
  assert.equal(fingerprint(one), fingerprint(same));
  for (const other of [await http({ A: "second" }, "a"), await http({ A: "first" }, "b")]) {
    assert.notEqual(fingerprint(one), fingerprint(other));
  }
});

test("a log check fails at once unless it says otherwise: its window counts by itself", async () => {
  const log = { files: "/l", match: "x" };
  assert.deepEqual([(await check({ log })).fall, (await check({ log, fall: 2 })).fall], [1, 2]);
});

test("statuses are a number, a range, or a list of both", async () => {
  const statusOf = async (status: unknown) => {
    const { spec } = await check({ http: { url: "http://x/", status } });
    return spec.type === "http" ? spec.status : undefined;
  };
  assert.deepEqual(await statusOf(204), [[204, 204]]);
  assert.deepEqual(await statusOf("200-299"), [[200, 299]]);
  assert.deepEqual(await statusOf("204, 300-399"), [
    [204, 204],
    [300, 399],
  ]);
  assert.deepEqual(await statusOf([204, "300-399", "404"]), [
    [204, 204],
    [300, 399],
    [404, 404],
  ]);
});

const refused: [value: unknown, message: RegExp][] = [
  [{}, /does not say what to check; add one of http, tcp, grpc, /],
  [{ tcp: "a:1", file: "/x" }, /has two types \(tcp and file\)/],
  ["localhost:3000", /must begin with a scheme, one of http:\/\//],
  ["ftp://host/", /the scheme ftp:\/\/ is not known; use one of http:\/\//],
  ["constructor://host/", /the scheme constructor:\/\/ is not known/],
  [{ http: "localhost:3000/" }, /must be an http:\/\/ or https:\/\/ URL/],
  [{ tcp: "db" }, /needs a port from 1 to 65535: write db:PORT/],
  [{ tcp: "db:70000" }, /needs a port from 1 to 65535: write db:PORT/],
  [{ file: "/x", maxAge: "soon" }, /checks\.x\.maxAge.*duration/],
  [{ file: "/x", maxAge: 15 }, /checks\.x\.maxAge.*15s/],
  [{ file: "/x", minSize: "huge" }, /checks\.x\.minSize.*size/],
  [{ file: "/x", contains: "(" }, /checks\.x\.contains/],
  [{ tcp: "a:1", maxAge: "5s" }, /checks\.x\.maxAge.*does not belong to a check of type tcp/],
  [{ tcp: "a:1", intervall: "5s" }, /intervall.*interval/],
  [{ tcp: "a:1", fall: 0 }, /checks\.x\.fall.*at least 1/],
  [{ tcp: "a:1", rise: 0 }, /checks\.x\.rise.*at least 1/],
  [{ tcp: "a:1", interval: "1ms" }, /checks\.x\.interval.*10ms/],
  [{ tcp: "a:1", interval: "600h" }, /checks\.x\.interval.*24h/],
  [{ exec: "/bin/check" }, /checks\.x\.exec.*list/],
  [{ exec: [] }, /checks\.x\.exec.*at least 1/],
  [{ grpc: "localhost" }, /needs a port/],
  [{ tcp: "a:1", service: "x" }, /checks\.x\.service.*does not belong to a check of type tcp/],
  [{ disk: "/", minFree: "101%" }, /checks\.x\.minFree.*at most 100%/],
  [{ disk: "/", minFree: "much" }, /checks\.x\.minFree.*a size such as 100MiB, or a share such as "10%"/],
  [{ dns: "a b" }, /must be a host name/],
  [{ dns: "http://a/" }, /must be a host name/],
  [{ redis: "cache:0" }, /needs a port/],
  [{ redis: { address: "cache", pasword: "x" } }, /pasword.*password/],
  [{ postgres: { user: "me" } }, /checks\.x\.postgres\.address/],
  [{ log: { files: [], match: "x" } }, /checks\.x\.log\.files/],
  [{ log: { files: "/l", match: "(a+)+$", max: -1 } }, /checks\.x\.log\.max/],
  [{ metric: { url: "http://x/", name: "a{b}" } }, /checks\.x\.metric\.name/],
  [{ metric: { url: "http://x/", name: "a", min: 2, max: 1 } }, /checks\.x\.metric\.max.*less than min/],
  [{ process: "a", min: 3, max: 2 }, /checks\.x\.max.*less than min/],
  [{ http: { url: "http://x/", status: "all" } }, /checks\.x\.http\.status/],
  [{ http: { url: "http://x/", status: "300-200" } }, /checks\.x\.http\.status.*empty/],
  [{ http: { url: "http://x/", status: 99 } }, /checks\.x\.http\.status/],
  [{ http: { url: "http://x/", json: { path: "status", equals: 1 } } }, /checks\.x\.http\.json\.path/],
  [{ http: { url: "http://x/", json: { path: "$.status" } } }, /checks\.x\.http\.json\.equals/],
  [{ http: { url: "https://x/", tls: { ca: "/nowhere/ca.pem" } } }, /\/nowhere\/ca\.pem.*ENOENT/],
  [{ http: { url: "http://x/", headers: { A: "env:NOT_SET_ANYWHERE" } } }, /NOT_SET_ANYWHERE is not set/],
];
for (const [value, message] of refused) {
  test(`${JSON.stringify(value)} is refused`, async () =>
    assert.match(await problems({ checks: { x: value } }), message));
}

test("a check's name has 1 to 63 letters, digits, dots, underscores and hyphens", async () => {
  for (const name of ["a", "A.b_c-9", "constructor", "x".repeat(63)]) {
    const { checks } = await load(`{"checks": {"${name}": "tcp://a:1"}}`);
    assert.deepEqual(
      checks.map((definition) => definition.name),
      [name],
    );
  }
  for (const name of ["", "a b", "a/b", "ü", "x".repeat(64)]) {
    assert.match(await problems({ checks: { [name]: "tcp://a:1" } }), /must be a check's name/);
  }
});

test("all problems are reported at once", async () => {
  const checks = { a: "ftp://x", b: { tcp: "y" } };
  const message = await problems({ prot: 1, files: { "/livez/": "/x" }, checks });
  for (const part of [/prot/, /ftp:/, /y:PORT/, /livez.* would hide an endpoint/]) assert.match(message, part);
});

test("a file that would hide an endpoint is refused, and `/` is free without checks", async () => {
  for (const path of ["/healthz", "/readyz/", "/healthz/x", "/metrics", "/-/drain", "/livez", "/startupz"]) {
    assert.match(await problems({ files: { [path]: "/x" } }), /would hide an endpoint/, path);
  }
  assert.equal(await problems({ files: { "/": "/x", "/version": "/y" } }), "valid");
  assert.match(await problems({ files: { "/": "/x" }, checks: { a: "tcp://a:1" } }), /would hide an endpoint/);
  assert.match(await problems({ files: { version: "/x" } }), /must be a path that begins with \//);
});
