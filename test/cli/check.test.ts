import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";

/** The findings about a configuration, without the file's name in front. */
async function check(t: TestContext, text: string, args: readonly string[] = []) {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, text);
  const { code, stdout, stderr } = await runTool("outrigger", ["check", "-c", file, ...args]);
  assert.equal(stderr, "");
  return { code, findings: stdout.replaceAll(`${file}:`, "").split("\n").slice(0, -1) };
}

test("a clean file is ok", async (t) => {
  const text = "health: { checks: { web: http://localhost:3000/ } }\negress: { allow: [numbers-api] }\n";
  assert.deepEqual(await check(t, text), { code: 0, findings: ["ok"] });
});

test("mistakes of all sections are reported at once, in the file's order", async (t) => {
  const { code, findings } = await check(
    t,
    "health:\n  prot: 8080\negress:\n  alow: [x]\nlogz: {}\nmetrics:\n  port: 99999\n",
  );
  assert.equal(code, 2);
  assert.match(findings[0] ?? "", /^2:3: health\.prot: error: unknown key "prot".*"port"/);
  assert.match(findings[1] ?? "", /^4:3: egress\.alow: error: unknown key "alow".*"allow"/);
  assert.match(findings[2] ?? "", /^5:1: logz: error: unknown section "logz".*"logs"/);
  assert.match(findings[3] ?? "", /^7:9: metrics\.port: error: must be a whole number from 0 to 65535/);
  assert.equal(findings.length, 4);
});

test("a file that is no YAML is one finding, whatever sections it has", async (t) => {
  const { code, findings } = await check(t, "health: { port: 8080\negress: {}\n");
  assert.equal(code, 2);
  assert.match(findings.join("\n"), /not valid YAML/);
});

test("--set is part of what is checked", async (t) => {
  const { code, findings } = await check(t, "health: {}\n", ["--set", "health.port=http"]);
  assert.equal(code, 2);
  assert.match(findings.join("\n"), /--set health\.port: health\.port: error: must be a whole number/);
});

for (const [name, text, message] of [
  [
    "two defaults against each other",
    "health: { port: 8081 }\nmetrics: {}\n",
    /metrics\.port: error: port 8081 is also the port of health\.port/,
  ],
  [
    "an admin port",
    "health: { port: 9904 }\negress: {}\n",
    /egress\.admin\.port: error: port 9904 is also the port of health\.port/,
  ],
  [
    "one address against all",
    "health: { port: 1080 }\negress: { listen: '127.0.0.1:1080' }\n",
    /egress\.listen: error: port 1080 .*health\.port/,
  ],
  [
    "a route with its own port",
    "health: {}\negress: { routes: { 'http://127.0.0.1:8080/': 'http://x/' } }\n",
    /egress\.routes\."http:\/\/127\.0\.0\.1:8080\/": error: port 8080 .*health\.port/,
  ],
  [
    "localhost against 127.0.0.1",
    "egress: { routes: { 'http://localhost:1080/': 'http://x/' } }\n",
    /egress\.routes\.http:\/\/localhost:1080\/: error: needs port 1080 of egress\.listen/,
  ],
] as const) {
  test(`a port clash is an error that names both keys: ${name}`, async (t) => {
    const { code, findings } = await check(t, text);
    assert.equal(code, 2);
    assert.match(findings.join("\n"), message);
  });
}

for (const [name, text] of [
  ["port 0 is none", "logs: { files: [/logs/a.log], admin: { port: 0 } }\negress: { admin: { port: 0 } }\n"],
  [
    "the address of the other protocol",
    "egress: { routes: { 'http://[::1]:1081/': 'http://x/', 'tcp://0.0.0.0:1081': 'x:1' } }\n",
  ],
  ["different addresses", "egress: { listen: '127.0.0.1:1080', routes: { 'http://127.0.0.2:1080/': 'http://x/' } }\n"],
  [
    "two prefixes of one listener",
    "egress: { routes: { 'http://localhost:8000/a': 'http://x/', 'http://localhost:8000/b': 'http://y/' } }\n",
  ],
  [
    "a prefix under localhost and one under its address, which share a listener",
    "egress: { routes: { 'http://localhost:8000/a': 'http://x/', 'http://127.0.0.1:8000/b': 'http://y/' } }\n",
  ],
  ["rules that complement each other", "egress: { allow: [example.com, '*.example.com', 'example.com:8443'] }\n"],
] as const) {
  test(`no finding: ${name}`, async (t) => {
    assert.deepEqual(await check(t, text), { code: 0, findings: ["ok"] });
  });
}

for (const [name, text, message] of [
  [
    "two routes that mean the same",
    "egress: { routes: { 'http://localhost/api': 'http://x/', 'http://LOCALHOST:80/api/': 'http://y/' } }\n",
    /error: matches the same as http:\/\/localhost\/api: remove one of them/,
  ],
  [
    "a file hidden by an endpoint",
    "health: { files: { /livez: /app/version.txt } }\n",
    /health\.files\.\/livez: error: would hide an endpoint/,
  ],
  [
    "a source whose exclude removes all its files",
    "logs: { files: [/logs/*.log], exclude: ['/logs/**'] }\n",
    /logs\.exclude: error: excludes every file/,
  ],
  [
    "one literal file, excluded",
    "logs: { sources: [{ files: [/logs/a.log], exclude: ['**/*.log'] }] }\n",
    /logs\.sources\[0\]\.exclude: error: excludes every file/,
  ],
] as const) {
  test(`what can never work is an error: ${name}`, async (t) => {
    const { code, findings } = await check(t, text);
    assert.equal(code, 2);
    assert.match(findings.join("\n"), message);
  });
}

for (const [name, text, message] of [
  [
    "a redundant allow entry",
    "egress: { allow: ['*.example.com', api.example.com] }\n",
    /egress\.allow\[1\]: warning: "api\.example\.com" adds nothing to "\*\.example\.com"/,
  ],
  ["the same entry twice", "egress: { allow: [a, a] }\n", /egress\.allow\[1\]: warning: "a" adds nothing/],
  [
    "paths beside a tunnel",
    "egress: { allow: [{ host: a, paths: [/x], tunnel: tls }] }\n",
    /egress\.allow\[0\]: warning: .*tunnel/,
  ],
  [
    "metrics that differ in case",
    "metrics: { logs: { files: [/l], rules: { a_total: 'x {y}', A_total: 'z {y}' } } }\n",
    /A_total: warning: differs from a_total in case only/,
  ],
  [
    "a template that begins with a capture",
    "metrics: { logs: { files: [/l], rules: { a_total: '{x} y' } } }\n",
    /a_total: warning: begins with a capture/,
  ],
  [
    "live: true on another host",
    "health: { checks: { db: { tcp: 'db:5432', live: true } } }\n",
    /health\.checks\.db: warning: .*restart the application/,
  ],
  [
    "live: true on a check that is not critical, of whatever host",
    "health: { checks: { db: { tcp: 'db:5432', live: true, critical: false } } }\n",
    /health\.checks\.db: warning: live: true has no effect beside critical: false/,
  ],
] as const) {
  test(`doubtful, but exit 0: ${name}`, async (t) => {
    const { code, findings } = await check(t, text);
    assert.match(findings.join("\n"), message);
    assert.equal(findings.length, 1);
    assert.equal(code, 0);
  });
}

test("live: true on another host is warned about, whatever kind of check it is, and on this one it is not", async (t) => {
  const kinds = [
    "http: 'https://user@db:1/x'",
    "http: { url: 'http://db/x' }",
    "tcp: 'db:1'",
    "grpc: 'db:1'",
    "redis: db",
    "redis: { address: 'db:1' }",
    "postgres: 'db:1'",
    "dns: db",
    "metric: { url: 'http://db:1/metrics', name: up }",
  ];
  const checks = [...kinds, ...kinds.map((kind) => kind.replace("db", "localhost"))];
  const text = checks.map((kind, index) => `c${index}: { ${kind}, live: true }`).join(", ");
  const { code, findings } = await check(t, `health: { checks: { ${text} } }\n`);
  assert.equal(code, 0);
  assert.deepEqual(
    findings.map((finding) => /checks\.(c\d+): warning/.exec(finding)?.[1]),
    kinds.map((_, index) => `c${index}`),
  );
});

for (const [name, text, place] of [
  [
    "a metric's rule",
    "metrics: { logs: { files: [/l], rules: { a_total: { regex: '(a+)+$' } } } }\n",
    "metrics.logs.rules.a_total.regex",
  ],
  ["a process check", "health: { checks: { app: { process: '(a|a)*b' } } }\n", "health.checks.app.process"],
  [
    "what a file contains",
    "health: { checks: { f: { file: /f, contains: '(\\w+\\s?)*$' } } }\n",
    "health.checks.f.contains",
  ],
] as const) {
  test(`a regular expression that backtracks exponentially is an error: ${name}`, async (t) => {
    const { code, findings } = await check(t, text);
    assert.equal(code, 2);
    assert.match(findings.join("\n"), new RegExp(`${place.replaceAll(".", "\\.")}: error: backtracks exponentially`));
  });
}
