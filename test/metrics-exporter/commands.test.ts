import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { sampleValue } from "./exporter.ts";

type Cleanup = Parameters<typeof temporaryDirectory>[0];

function file(t: Cleanup, name: string, text: string): string {
  const place = path.join(temporaryDirectory(t), name);
  writeFileSync(place, text);
  return place;
}

describe("check", () => {
  const config = `metrics:
  logs:
    rules:
      requests_total: "GET {path:path} by {request_id}"
      loginCount_total: "login {userName}"
      wait_ms: "waited {value} ms"
      jobs: { match: "job", type: counter }
      good_total: "good {kind}"
`;

  test("warns about labels and names, and exits 0; with --strict 2", async (t) => {
    const place = file(t, "outrigger.yaml", config);
    const { code, stdout } = await runTool("metrics-exporter", ["check", "--config", place]);
    assert.equal(code, 0);
    assert.match(stdout, /requests_total: the label request_id looks unbounded/);
    assert.match(stdout, /loginCount_total: the name is not snake case: write login_count_total/);
    assert.match(stdout, /loginCount_total: the label userName is not snake case: write user_name/);
    assert.match(stdout, /loginCount_total: the label userName looks unbounded/);
    assert.match(stdout, /wait_ms: .*base unit: use seconds/);
    assert.match(stdout, /jobs: .*jobs_total/);
    assert.doesNotMatch(stdout, /good_total|label path/);
    assert.equal((await runTool("metrics-exporter", ["check", "--strict", "--config", place])).code, 2);
  });

  test("warns about rules that can never count, as their preset never has what they ask for", async (t) => {
    const place = file(
      t,
      "outrigger.yaml",
      `metrics:
  logs:
    rules:
      klog_total: { preset: klog, labels: [], when: { level: error } }
      python_total: { preset: python, labels: [], when: { level: [error, ERROR] } }
      dotnet_total: { preset: dotnet, labels: [], when: { level: [error, warning] } }
      five_total: { preset: nginx, labels: [], when: { status: 5xx } }
      slow_total: { preset: nginx, labels: [], when: { status: ">= 500" } }
      none_total: { preset: nginx, labels: [], when: { method: "" } }
      late_total: { regex: "(?i)state=(?P<state>up|down)", labels: [], when: { state: DOWN } }
      lost_total: { regex: "state=(?P<state>up|[)]|down)", labels: [], when: { state: gone } }
`,
    );
    const { code, stdout } = await runTool("metrics-exporter", ["check", "--config", place]);
    assert.equal(code, 0);
    const warned = stdout.split("\n").filter((line) => line.includes("unreachable"));
    assert.deepEqual(
      warned.map((line) => /\w+_total/.exec(line)?.[0]),
      ["klog_total", "dotnet_total", "five_total", "lost_total"],
    );
    assert.match(warned[0] ?? "", /the preset klog never has "error" as its level, which is \[IWEF\]/);
  });

  test("errors are exit 2, no findings are ok", async (t) => {
    const bad = file(t, "bad.yaml", 'metrics: { logs: { rules: { a_total: "{" } } }\n');
    assert.equal((await runTool("metrics-exporter", ["check", "--config", bad])).code, 2);
    const good = file(t, "good.yaml", 'metrics: { logs: { rules: { a_total: "a {b}" } } }\n');
    const { code, stdout } = await runTool("metrics-exporter", ["check", "--strict", "--config", good]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "ok\n" });
  });
});

describe("test", () => {
  const config = `metrics:
  logs:
    rules:
      a_total: "a {x} {y}"
      took_seconds: { match: "took {value:duration}", buckets: [1] }
`;

  async function run(t: Cleanup, tests: string) {
    const place = file(t, "outrigger.yaml", config);
    return runTool("metrics-exporter", ["test", "--config", place, file(t, "tests.yaml", tests)]);
  }

  test("passes: label order is free, parts of histograms have names", async (t) => {
    const { code, stdout, stderr } = await run(
      t,
      `tests:
  - name: counts
    lines: |
      a 1 2
      took 500ms
    expect:
      'a_total{y="2",x="1"}': 1
      'took_seconds_bucket{le="1"}': 1
      took_seconds_sum: 0.5
      took_seconds_count: 1
    absent: [b_total, 'a_total{x="9",y="9"}']
  - { name: a list of lines, lines: ["a 1 2", "a 1 2"], expect: { 'a_total{x="1",y="2"}': 2 } }
`,
    );
    assert.equal(stdout, "ok counts\nok a list of lines\n", stderr);
    assert.equal(code, 0);
  });

  test("fails with got and wanted", async (t) => {
    const { code, stdout } = await run(
      t,
      `tests: [{ name: wrong, lines: ["a 1 2"], expect: { 'a_total{x="1",y="2"}': 2, nope: 1 }, absent: [a_total] }]\n`,
    );
    assert.equal(code, 1);
    assert.match(stdout, /^not ok wrong\n/);
    assert.match(stdout, /a_total\{x="1",y="2"\}: got 1, wanted 2/);
    assert.match(stdout, /nope: got no such series, wanted 1/);
    assert.match(stdout, /a_total: got .*wanted none/);
  });

  test("a bad test file is exit 2 and says where", async (t) => {
    const unknown = await run(t, "tests:\n  - nme: x\n    lines: x\n");
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /tests\.yaml:2:5.*nme/);
    assert.equal((await run(t, "tests: [\n")).code, 2);
    const series = await run(t, "tests: [{ name: x, lines: [y], expect: { 'a{': 1 }, absent: [ok, 'a{b'] }]\n");
    assert.equal(series.code, 2);
    assert.match(series.stderr, /expect.*is no series/);
    assert.match(series.stderr, /absent\[1\].*is no series/);
    const missing = await runTool("metrics-exporter", ["test", "/nowhere/tests.yaml"]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /nowhere\/tests\.yaml/);
    assert.equal((await runTool("metrics-exporter", ["test"])).code, 2);
  });
});

describe("suggest", () => {
  const log = [
    ...["import", "export", "import", "purge"].map((job, index) => `[INF] job ${job} took ${35 + index} ms`),
    ...[1, 2, 3].map((n) => `[ERR] cannot connect to 10.0.0.${n}:5432 after ${n} tries`),
    ...["a", "b", "c"].map((c) => `[INF] session ${c.repeat(8)}-e89b-12d3-a456-426614174000 opened`),
    "[INF] sent 512B to peer",
    "[INF] sent 1.5KiB to peer",
  ].map((message, index) => `2026-01-01 12:00:0${index % 10}.123 +00:00 ${message}\n`);

  test("prints a section that is valid as it stands and matches the input", async (t) => {
    const place = file(t, "app.log", log.join(""));
    const { code, stdout } = await runTool("metrics-exporter", ["suggest", place]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /10\.0\.0|5432|e89b|2026|12:00/);
    const config = file(t, "outrigger.yaml", stdout);
    assert.equal((await runTool("metrics-exporter", ["check", "--config", config])).code, 0);
    const once = await runTool("metrics-exporter", ["--config", config, "--once"]);
    assert.equal(sampleValue(once.stdout, 'log_lines_total{level="INF"}'), 9);
    assert.equal(sampleValue(once.stdout, "sent_to_peer_bytes_sum"), 2048);
    assert.equal(sampleValue(once.stdout, "cannot_connect_to_after_tries_total"), 3);
    assert.match(once.stdout, /^job_\w*took_seconds_count\S* \d/m);
  });

  test("knows access logs and JSON records", async (t) => {
    const access = '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326 "-" "curl"\n'.repeat(3);
    const nginx = await runTool("metrics-exporter", ["suggest", file(t, "access.log", access)]);
    assert.match(nginx.stdout, /http_requests_total: .*nginx/);
    const records = '{"level":"info","msg":"x","items":5,"duration_ms":12,"queueElapsed":3}\n'.repeat(3);
    const json = await runTool("metrics-exporter", ["suggest", file(t, "json.log", records)]);
    assert.doesNotMatch(json.stdout, /items/);
    const config = file(t, "outrigger.yaml", json.stdout);
    const once = await runTool("metrics-exporter", ["--config", config, "--once"]);
    assert.equal(sampleValue(once.stdout, 'log_records_total{level="info"}'), 3);
    assert.equal(sampleValue(once.stdout, "duration_seconds_count"), 3);
    assert.equal(sampleValue(once.stdout, "queue_duration_seconds_count"), 3);
  });

  test("counts levels also when most lines are those of stack traces", async (t) => {
    const trace =
      "2026-01-01 12:00:00,123 ERROR [main] shop.Cart - no stock\njava.lang.X: no\n\tat shop.Cart.add(Cart.java:7)\n";
    const { stdout } = await runTool("metrics-exporter", ["suggest", file(t, "app.log", trace.repeat(20))]);
    const once = await runTool("metrics-exporter", ["--config", file(t, "outrigger.yaml", stdout), "--once"]);
    assert.equal(sampleValue(once.stdout, 'log_lines_total{level="ERROR"}'), 20);
  });

  test("a file that is not there is exit 1 and named", async () => {
    const { code, stderr } = await runTool("metrics-exporter", ["suggest", "/nowhere/app.log"]);
    assert.equal(code, 1);
    assert.match(stderr, /nowhere\/app\.log/);
  });
});
