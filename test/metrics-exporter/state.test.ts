import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { sampleValue, startExporter } from "./exporter.ts";

const config = `metrics:
  logs:
    files: ["$DIR/app.log*"]
    rules:
      users_total: "user={user};"
      took_seconds: { match: "took {value:duration}", buckets: [1] }
  state: $DIR/state.json
`;
const ann = 'users_total{user="ann"}';

test("counters, histograms and positions survive a restart; what was written meanwhile counts once, without a zero", async (t) => {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  const first = await startExporter(t, { config, directory });
  writeFileSync(log, "user=ann;\ntook 500ms\nuser=ann;\nincomp");
  await first.until(ann, 2);
  assert.deepEqual(await first.process.stop(), { code: 0, signal: null });
  appendFileSync(log, "lete user=ann;\ntook 2s\n");
  const second = await startExporter(t, { config, directory });
  const body = await second.until(ann, 3);
  assert.equal(sampleValue(body, 'took_seconds_bucket{le="1"}'), 1);
  assert.equal(sampleValue(body, "took_seconds_count"), 2);
  assert.equal(sampleValue(body, "took_seconds_sum"), 2.5);
});

test("after kill -9 no line is lost or counted twice, and no scrape shows less than an earlier one", async (t) => {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  let written = 0;
  let shown = 0;
  for (let round = 0; round < 4; round++) {
    const exporter = await startExporter(t, { config, directory });
    for (let batch = 0; batch < 5; batch++) {
      appendFileSync(log, "user=ann;\n".repeat(100));
      written += 100;
      const value = (await exporter.value(ann)) ?? 0;
      assert.ok(value >= shown, `${value} after ${shown}`);
      shown = value;
    }
    await exporter.process.stop("SIGKILL");
  }
  const exporter = await startExporter(t, { config, directory });
  await exporter.until(ann, written);
});

test("files are found again when they were rotated or truncated meanwhile", async (t) => {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  const first = await startExporter(t, { config, directory });
  writeFileSync(log, "user=ann;\nuser=ann;\n");
  await first.until(ann, 2);
  await first.process.stop();
  appendFileSync(log, "user=ann;\n");
  renameSync(log, `${log}.1`);
  writeFileSync(log, "user=ann;\n");
  const second = await startExporter(t, { config, directory });
  await second.until(ann, 4);
  await second.process.stop();
  truncateSync(log);
  appendFileSync(log, "user=bob;\n");
  const third = await startExporter(t, { config, directory });
  await third.until('users_total{user="bob"}', 1);
  assert.equal(await third.value(ann), 4);
});

test("a record of several lines in progress is read again as a whole", async (t) => {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  const joined = `metrics:
  logs:
    files: ["$DIR/app.log"]
    multiline: { start: "^E", timeout: 1h }
    rules: { e_total: { regex: "^E(?<n>\\\\d)[^]*end" }, all_total: "E" }
  state: $DIR/state.json
`;
  const first = await startExporter(t, { config: joined, directory });
  writeFileSync(log, "E1 ü\n end\nE2\n");
  await first.until("all_total", 1);
  await first.process.stop("SIGKILL");
  appendFileSync(log, " end\nE3\n");
  const second = await startExporter(t, { config: joined, directory });
  await second.until("all_total", 2);
  assert.equal(await second.value('e_total{n="2"}'), 1);
});

test("a damaged state file is set aside with a warning, and everything is counted afresh", async (t) => {
  const whole = { tool: "metrics-exporter", version: 1, metrics: [], files: { version: 1, savedAt: 0, entries: [] } };
  const users = { name: "users_total", type: "counter", labelNames: ["user"] };
  const damaged = [
    "{ not ours",
    JSON.stringify({ ...whole, metrics: [{ spec: users, state: { series: [[["ann"], -5]] } }] }),
    JSON.stringify({ ...whole, files: { version: 1, entries: [{}] } }),
  ];
  for (const text of damaged) {
    const directory = temporaryDirectory(t);
    writeFileSync(path.join(directory, "state.json"), text);
    writeFileSync(path.join(directory, "app.log"), "user=ann;\n");
    const exporter = await startExporter(t, { config, directory });
    await exporter.until(ann, 1);
    assert.ok(exporter.process.logs.some(({ level, msg }) => level === "warn" && msg.includes("set aside")));
    assert.ok(readdirSync(directory).some((name) => name.startsWith("state.json.damaged-")));
  }
});

test("a directory gets a file of the tool's name", async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(path.join(directory, "state"));
  const exporter = await startExporter(t, { config: config.replace("state.json", "state"), directory });
  await exporter.process.stop();
  assert.deepEqual(readdirSync(path.join(directory, "state")), ["metrics-exporter.json"]);
});

test("a path that can never work is an error at the start", async () => {
  const { code, stderr } = await runTool("metrics-exporter", ["--set", "metrics.state=/nowhere/at/all.json"]);
  assert.equal(code, 1);
  assert.match(stderr, /\/nowhere\/at\/all\.json.*metrics\.state.*directory does not exist/);
});

test("--check writes no state", async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "state.json");
  const { code } = await runTool("metrics-exporter", ["--set", `metrics.state=${file}`, "--check"]);
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(directory), []);
});
