import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { request } from "../harness/http.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { sampleValue, startExporter } from "./exporter.ts";

const line = "2026-01-01 12:00:00.123 +00:00 [INF] Environment: TEST; version: 1.1; time check: 12:00.00\n";
const series = 'timechecks_total{environment="TEST",version="1.1"}';
const template = "Environment: {environment}; version: {version}; time check:";

test("the contract's example takes three lines of configuration", async (t) => {
  const exporter = await startExporter(t, {
    config: `logs: { files: ["$DIR/*.log"] }
metrics:
  logs:
    rules:
      timechecks_total: "${template}"
`,
  });
  writeFileSync(path.join(exporter.directory, "timecheck.log"), `starting\n${line}noise\n${line}`);
  const text = await exporter.until(series, 2);
  assert.match(text, /# HELP timechecks_total .*timechecks_total/);
  assert.match(text, /# TYPE timechecks_total counter/);
  appendFileSync(path.join(exporter.directory, "timecheck.log"), line);
  await exporter.until(series, 3);
});

test("the same on the command line, and values may contain =", async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "app.log");
  writeFileSync(file, `${line}x key=a=b;\n`);
  const { code, stdout } = await runTool("metrics-exporter", [
    "--once",
    file,
    "--rule",
    `timechecks_total=${template}`,
    "--rule",
    "keys_total=key={key};",
  ]);
  assert.equal(code, 0);
  assert.equal(sampleValue(stdout, series), 1);
  assert.equal(sampleValue(stdout, 'keys_total{key="a=b"}'), 1);
});

test("--once with a file that does not exist names it and exits 1", async (t) => {
  const file = path.join(temporaryDirectory(t), "missing.log");
  const { code, stdout, stderr } = await runTool("metrics-exporter", ["--once", file, "--rule", "a_total=x"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /missing\.log/);
});

test("--once takes an incomplete last line as it is", async (t) => {
  const file = path.join(temporaryDirectory(t), "app.log");
  writeFileSync(file, "x 1\nx 2");
  const { stdout } = await runTool("metrics-exporter", ["--once", file, "--rule", "a_total=x"]);
  assert.equal(sampleValue(stdout, "a_total"), 2);
});

test("a new labelled series is 0 once, then has its value", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log", "--rule", "a_total=user {user};"] });
  writeFileSync(path.join(exporter.directory, "app.log"), "user ann;\nuser ann;\n");
  const shown: number[] = [];
  await eventually(
    async () => {
      const value = await exporter.value('a_total{user="ann"}');
      if (value !== undefined) shown.push(value);
      assert.equal(shown.length, 3);
    },
    { ms: 30_000 },
  );
  assert.deepEqual(shown, [0, 2, 2]);
});

test("HEAD does not count as having shown the zero", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log", "--rule", "a_total=user {user};"] });
  const lengthByHead = async () => {
    const { headers } = await request(`${exporter.url}/metrics`, { method: "HEAD" });
    return Number(headers["content-length"]);
  };
  const empty = await lengthByHead();
  writeFileSync(path.join(exporter.directory, "app.log"), "user ann;\n".repeat(1000));
  // The page does not count either, and tells when all lines are read: the file itself lengthens the metrics before.
  await eventually(async () =>
    assert.match((await exporter.get("/", { accept: "text/html" })).body, /<td class="number">1000<\/td>/),
  );
  assert.ok((await lengthByHead()) > empty + 80);
  assert.equal(await exporter.value('a_total{user="ann"}'), 0);
  assert.equal(await exporter.value('a_total{user="ann"}'), 1000);
});
