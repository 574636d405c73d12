import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ConfigError, type LoadOptions, loadSection, parseSet } from "@outrigger/runtime/load";
import { printConfig } from "@outrigger/runtime/print-config";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { healthSection } from "./fixtures/section.ts";

/** The defaults of a check. */
const check = { interval: 10_000, fall: 3, headers: {}, live: false };

async function load(t: TestContext, yaml: string, options: LoadOptions = {}) {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, yaml);
  return loadSection(healthSection, { file, environment: {}, ...options });
}

async function problemsOf(t: TestContext, yaml: string, options: LoadOptions = {}): Promise<string[]> {
  const error = await load(t, yaml, options).then(
    () => assert.fail("the configuration was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ConfigError, String(error));
  assert.equal(error.exitStatus, 2);
  return error.message.split("\n").map((line) => line.replace(/^\S*\/outrigger\.yaml:/, ""));
}

test("an absent section is all defaults", async (t) => {
  const { config } = await load(t, "logs: {}\n");
  assert.deepEqual(config, {
    port: 8080,
    listen: { host: "127.0.0.1", port: 1080 },
    details: "auto",
    maxLine: 1048576,
    allow: [],
    output: "raw",
    routes: {},
    checks: {},
  });
});

test("all problems of a file are reported at once, each with line, column, path and what to write", async (t) => {
  const yaml = `health:
  port: 80800
  detials: auto
  details: allways
  listen: here
  allow: 7
  output: jsno
  checks:
    web: { http: x, intervall: 5s }
    db: { interval: 5 }
    "a b": http://x
    api: [1]
helth: {}
`;
  assert.deepEqual(await problemsOf(t, yaml), [
    "2:9: health.port: must be a whole number from 0 to 65535",
    '3:3: health.detials: unknown key "detials"; did you mean "details"?',
    '4:12: health.details: must be one of auto, always, never, not "allways"; did you mean "always"?',
    "5:11: health.listen: must be a port, or an address such as 127.0.0.1:1080, [::1]:1080 or :1080",
    "6:10: health.allow: must be a list, not the number 7",
    '7:11: health.output: must be one of raw, prefix, json, not "jsno"; did you mean "json"?',
    '9:21: health.checks.web.intervall: unknown key "intervall"; did you mean "interval"?',
    "10:21: health.checks.db.interval: must be a duration such as 250ms, 15s, 5m or 1h, from 10ms to 24h, not the number 5; write 5s for seconds",
    '11:5: health.checks."a b": must be letters, digits, dots, dashes or underscores',
    "12:10: health.checks.api: must be text, or a mapping, not a list",
    '13:1: helth: unknown section "helth"; did you mean "health"?',
  ]);
});

test("a syntax error is named with its place, without quoting the file", async (t) => {
  const [problem] = await problemsOf(t, "health:\n  port: 1\n  port: 2\n");
  assert.equal(problem, "3:3: not valid YAML: this key appears twice in the same mapping; remove one");
  for (const yaml of ["health: [s3cret", 'health: "s3cret', "health:\n\tport: s3cret", "a: b: s3cret"]) {
    const problems = await problemsOf(t, yaml);
    assert.ok(problems.length > 0 && !problems.join().includes("s3cret"), problems.join("\n"));
  }
});

test("an alias that leads nowhere, or into itself, is named with its place", async (t) => {
  const message = "an alias names an anchor that is not defined above it, holds itself, or repeats too much";
  assert.deepEqual(await problemsOf(t, "logs: {}\nhealth: *nothing\n"), [`2:9: ${message}`]);
  assert.deepEqual(await problemsOf(t, "health: &all\n  checks: &c { a: 1 }\n  files: [*c, *all]\n"), [
    `3:15: ${message}`,
  ]);
});

test("a named file that is missing is refused, and so is one that is no mapping", async (t) => {
  const missing = loadSection(healthSection, { file: "/nowhere/outrigger.yaml", environment: {} });
  await assert.rejects(
    missing,
    /cannot read the configuration file \/nowhere\/outrigger.yaml \(--config\): no such file/,
  );
  const byVariable = loadSection(healthSection, { environment: { OUTRIGGER_CONFIG: "/nowhere/o.yaml" } });
  await assert.rejects(byVariable, /\$OUTRIGGER_CONFIG/);
  assert.match((await problemsOf(t, "- a\n"))[0] ?? "", /must be a mapping with the sections logs, health/);
});

test("the environment lies over the file, the command line over both", async (t) => {
  const yaml = "health:\n  port: 1\n  details: never\n  maxLine: 1KiB\n  checks: { web: { http: x } }\n";
  const environment = {
    OUTRIGGER_HEALTH__PORT: "2",
    outrigger_health__max_line: "2KiB",
    OUTRIGGER_HEALTH__CHECKS__web__INTERVAL: "7s",
    OUTRIGGER_HEALTH__CHECKS__Db_1: "http://db",
    OUTRIGGER_HEALTH__ALLOW: "a, b,c",
    OUTRIGGER_LOGS__NONSENSE: "is somebody else's",
    OUTRIGGER_LOG_LEVEL: "debug",
  };
  const { config } = await load(t, yaml, { environment, assignments: [parseSet("health.port=3")] });
  assert.equal(config.port, 3);
  assert.equal(config.details, "never");
  assert.equal(config.maxLine, 2048);
  assert.deepEqual(config.allow, ["a", "b", "c"]);
  assert.deepEqual(Object.keys(config.checks), ["web", "Db_1"]);
  assert.deepEqual(config.checks.web, { ...check, http: "x", interval: 7000 });
});

test("a wrong variable or option is named as it was written", async (t) => {
  const environment = {
    OUTRIGGER_HEALTH__PROT: "1",
    OUTRIGGER_HEALTH__PORT: "many",
    OUTRIGGER_HELTH__PORT: "1",
    // What Kubernetes sets for a service called outrigger, and what is nobody's.
    OUTRIGGER_SERVICE_PORT: "1",
    OUTRIGGER__PORT: "1",
  };
  const assignments = [parseSet("health.checks.web.fall=0"), parseSet("helth.port=1")];
  assert.deepEqual(await problemsOf(t, "health: { checks: { web: { http: x } } }", { environment, assignments }), [
    'environment variable OUTRIGGER_HELTH__PORT: HELTH: unknown section "HELTH"; did you mean "health"?',
    'environment variable OUTRIGGER_HEALTH__PROT: health.PROT: unknown key "PROT"; did you mean "port"?',
    '--set helth.port: helth: unknown section "helth"; did you mean "health"?',
    'environment variable OUTRIGGER_HEALTH__PORT: health.port: must be a whole number from 0 to 65535, not "many"',
    "--set health.checks.web.fall: health.checks.web.fall: must be a whole number of at least 1",
  ]);
});

test("--set takes quoted names, names with dots that exist, lists and text that looks like a number", async (t) => {
  const yaml = "health: { checks: { a.b: { http: x } } }";
  const assignments = [
    parseSet('health.checks."c.d"=http://x/?a=b'),
    parseSet("health.checks.a.b.fall=5"),
    parseSet("health.allow=[x, y]"),
    parseSet("health.output.template=1.10"),
  ];
  const { config } = await load(t, yaml, { assignments });
  assert.deepEqual(config.checks["c.d"], { http: "http://x/?a=b" });
  assert.equal((config.checks["a.b"] as { fall: number }).fall, 5);
  assert.deepEqual(config.allow, ["x", "y"]);
  assert.deepEqual(config.output, { template: "1.10" });
});

test("a value from outside the file is YAML, and a text where a text is expected and YAML makes nothing of it", async (t) => {
  const table: [set: string, key: "details" | "allow" | "match" | "checks" | "listen", expected: unknown][] = [
    ['health.details="never"', "details", "never"],
    ["health.details= 'never' ", "details", "never"],
    ["health.details=never\n", "details", "never"],
    ["health.allow=/logs/{a,b}.log, /x/[c,d].log", "allow", ["/logs/{a,b}.log", "/x/[c,d].log"]],
    ['health.allow="a, b"', "allow", ["a", "b"]],
    ["health.allow=- a\n- b", "allow", ["a", "b"]],
    ["health.match=GET #\\d+", "match", /GET #\d+/],
    ["health.match=level: {2}", "match", /level: {2}/],
    ["health.checks.web={http: x, fall: 2}", "checks", { web: { ...check, http: "x", fall: 2 } }],
    // YAML makes nothing of the first, and of the second a mapping that is no check.
    [
      "health.checks.web=Environment: {environment}; version:",
      "checks",
      { web: { http: "Environment: {environment}; version:" } },
    ],
    ["health.checks.web=level: {level}", "checks", { web: { http: "level: {level}" } }],
    ["health.listen=[::1]:1080", "listen", { host: "::1", port: 1080 }],
  ];
  for (const [set, key, expected] of table) {
    const { config } = await load(t, "", { assignments: [parseSet(set)] });
    assert.deepEqual(config[key], expected, set);
  }
  assert.match(
    (await problemsOf(t, "", { assignments: [parseSet("health.checks.web={htp: x}")] }))[0] ?? "",
    /unknown key "htp"; did you mean "http"\?/,
  );
});

test("--set takes an index in brackets or between dots, and refuses a path that it cannot read whole", async (t) => {
  for (const set of ["health.allow[0]=a", "health.allow.0=a"]) {
    assert.deepEqual((await load(t, "", { assignments: [parseSet(set)] })).config.allow, ["a"], set);
  }
  assert.deepEqual(Object.keys((await load(t, "", { assignments: [parseSet("health.checks.0=x")] })).config.checks), [
    "0",
  ]);
  for (const target of [".port", "health.", "health..port", "health.a[x]", "health.http://[::1]/", 'health."\\x"']) {
    assert.throws(() => parseSet(`${target}=1`), { exitStatus: 2, message: /this path cannot be read/ }, target);
  }
});

test("in --set the names of URLs and paths may hold dots without quotes", async (t) => {
  const assignments = [
    parseSet("health.routes.http://127.0.0.1:8000/v1.2=http://a.example"),
    parseSet("health.routes./out/settings.json.to=http://b.example"),
    parseSet("health.routes./out/settings.json.to=http://c.example"),
  ];
  assert.deepEqual((await load(t, "", { assignments })).config.routes, {
    "http://127.0.0.1:8000/v1.2": "http://a.example",
    "/out/settings.json": { to: "http://c.example" },
  });
  const mistyped = await problemsOf(t, "", { assignments: [parseSet("health.checks.web.htp=x")] });
  assert.match(mistyped[0] ?? "", /unknown key "htp"; did you mean "http"\?/);
});

test("a key below a short form is refused with the way out", async (t) => {
  const problems = await problemsOf(t, "health: { checks: { web: http://x } }", {
    assignments: [parseSet("health.checks.web.fall=2")],
  });
  assert.match(problems[0] ?? "", /health.checks.web: is written in its short form; write it as a mapping/);
});

test("a secret is resolved, and shown by nothing", async (t) => {
  process.env.LOAD_TEST_TOKEN = "hunter2-hunter2";
  const yaml = "health: { checks: { web: { http: x, headers: { A: 'env:LOAD_TEST_TOKEN', B: plain-secret } } } }";
  const { config, input } = await load(t, yaml);
  const { headers } = config.checks.web as { headers: Record<string, { reveal(): string }> };
  assert.equal(headers.A?.reveal(), "hunter2-hunter2");
  assert.equal(JSON.stringify(headers), '{"A":"***","B":"***"}');
  const printed = printConfig(healthSection as never, input);
  assert.match(printed, /A: env:LOAD_TEST_TOKEN\n\s+B: "?\*\*\*/);
  assert.ok(!/hunter2|plain-secret/.test(printed));
  assert.match((await problemsOf(t, yaml.replace("TOKEN", "UNSET")))[0] ?? "", /LOAD_TEST_UNSET is not set/);
});

test("--print-config fills in the defaults and can be loaded again", async (t) => {
  const { config, input } = await load(t, "health: { port: 9, checks: { web: http://x } }");
  const printed = printConfig(healthSection as never, input);
  assert.match(printed, /details: auto/);
  assert.deepEqual((await load(t, printed)).config, config);
});

test("names inherited from Object are names like any other, but for the one that would vanish", async (t) => {
  const { config } = await load(t, "health: { checks: { constructor: http://y, toString: http://z } }");
  assert.deepEqual(Object.keys(config.checks), ["constructor", "toString"]);
  assert.match((await problemsOf(t, "health: { hasOwnProperty: 1 }"))[0] ?? "", /unknown key "hasOwnProperty"/);
  assert.deepEqual(await problemsOf(t, "health:\n  checks:\n    __proto__: http://x\n"), [
    "3:5: health.checks.__proto__: this name is reserved; choose another",
  ]);
});

test("at a reload an empty file, or one that lost its section, is refused", async (t) => {
  const inForce = { declared: true };
  assert.match((await problemsOf(t, "", { inForce }))[0] ?? "", /the file is empty/);
  assert.match((await problemsOf(t, "logs: {}", { inForce }))[0] ?? "", /the section "health" has disappeared/);
  const assignments = [parseSet("health.port=x")];
  assert.equal((await problemsOf(t, "", { inForce, assignments })).length, 1, "nothing else is judged");
  assert.equal((await load(t, "logs: {}", { inForce: { declared: false } })).config.port, 8080);
});

test("a key that appears twice does not hide other problems", async (t) => {
  assert.equal((await problemsOf(t, "health:\n  port: 1\n  port: 2\n  details: x\n")).length, 2);
});
