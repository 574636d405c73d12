/** A reload keeps what stays the same: values, positions, and what the exporter counts about itself. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { startExporter } from "./exporter.ts";

const reloads = "outrigger_config_last_reload_successful";

function config(rules: object): string {
  return JSON.stringify({ metrics: { logs: { files: ["$DIR/app.log"], rules } } });
}

test("a histogram with other buckets starts anew, and the count of what overflowed does not fall", async (t) => {
  const rule = { match: "job {job} took {value:duration}", limit: 1 };
  const exporter = await startExporter(t, { config: config({ job_seconds: { ...rule, buckets: [1] } }) });
  const log = path.join(exporter.directory, "app.log");
  const overflowed = 'outrigger_metrics_series_overflowed_total{metric="job_seconds"}';
  writeFileSync(log, "job a took 1s\njob b took 1s\njob c took 1s\n");
  await exporter.until(overflowed, 2);
  exporter.configure(config({ job_seconds: { ...rule, buckets: [1, 5] }, new_total: "job" }));
  exporter.process.signal("SIGHUP");
  await exporter.until("new_total", 0);
  assert.equal(await exporter.value(overflowed), 2);
  appendFileSync(log, "job x took 2s\njob y took 2s\n");
  await exporter.until(overflowed, 3);
  await exporter.until('job_seconds_bucket{job="x",le="5"}', 1);
  await exporter.until("new_total", 2);
});

test("the series of rules and sources that are removed go, and so do those about them", async (t) => {
  const exporter = await startExporter(t, { config: config({ gone_total: "x {a}", kept_total: "x {a}" }) });
  const log = path.join(exporter.directory, "app.log");
  writeFileSync(log, "x 1\n");
  await exporter.until('gone_total{a="1"}', 1);
  exporter.configure(config({ kept_total: { match: "x {a}", help: "Other words." } }));
  exporter.process.signal("SIGHUP");
  const text = await exporter.until('gone_total{a="1"}', undefined);
  assert.doesNotMatch(text, /gone_total/);
  assert.match(text, /# HELP kept_total Other words\./);
  appendFileSync(log, "x 1\n");
  await exporter.until('kept_total{a="1"}', 2);
});

test("a time to live that a reload adds or shortens holds for the series that are there", async (t) => {
  const rules = (ttl: object) => config({ a_total: { match: "x {a}", ...ttl } });
  const exporter = await startExporter(t, { config: rules({}) });
  writeFileSync(path.join(exporter.directory, "app.log"), "x 1\n");
  await exporter.until('a_total{a="1"}', 1);
  for (const ttl of ["1h", "200ms"]) {
    exporter.configure(rules({ ttl, help: `Kept for ${ttl}.` }));
    exporter.process.signal("SIGHUP");
    if (ttl === "1h") {
      await eventually(async () => assert.match(await exporter.scrape(), /Kept for 1h/), { ms: 30_000 });
      assert.equal(await exporter.value('a_total{a="1"}'), 1);
    } else await exporter.until('a_total{a="1"}', undefined);
  }
});

test("a configuration that cannot be put in force changes nothing: a port is in use, a state file cannot be written", async (t) => {
  const ports = { own: await freePort(), taken: await freePort() };
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(ports.taken, "127.0.0.1", resolve));
  atEnd(t, () => void taken.close());
  const of = (port: number, rules: object, state = "off") =>
    JSON.stringify({ metrics: { statsd: { port }, state, logs: { files: ["$DIR/app.log"], rules } } });
  const exporter = await startExporter(t, { config: of(ports.own, { a_total: "x" }) });
  for (const [port, state] of [
    [ports.taken, "off"],
    [ports.own, "/nowhere/at/all.json"],
  ] as const) {
    exporter.configure(of(port, { a_total: "x", b_total: "x" }, state));
    exporter.process.signal("SIGHUP");
    const text = await exporter.until(reloads, 0);
    assert.doesNotMatch(text, /b_total/);
    exporter.configure(of(ports.own, { a_total: "x" }));
    exporter.process.signal("SIGHUP");
    await exporter.until(reloads, 1);
  }
});

test("what StatsD has counted survives a change of its port and follows a change of the limits", async (t) => {
  const ports = [await freePort(), await freePort()] as const;
  const of = (port: number, seriesPerMetric: number) =>
    JSON.stringify({ metrics: { statsd: { port }, limits: { seriesPerMetric } } });
  const socket = createSocket("udp4");
  atEnd(t, () => void socket.close());
  const exporter = await startExporter(t, { config: of(ports[0], 10) });
  socket.send("a:1|c|#x:1\na:2|c|#x:2", ports[0], "127.0.0.1");
  await exporter.until('a_total{x="2"}', 2);
  exporter.configure(of(ports[1], 2));
  exporter.process.signal("SIGHUP");
  await exporter.until(`outrigger_metrics_source_up{kind="statsd",source="127.0.0.1:${ports[1]}"}`, 1);
  assert.equal(await exporter.value('a_total{x="2"}'), 2);
  socket.send("a:1|c|#x:1\na:2|c|#x:3", ports[1], "127.0.0.1");
  await exporter.until('a_total{overflow="true"}', 2);
  assert.equal(await exporter.value('a_total{x="1"}'), 2);
  exporter.configure('{"metrics": {}}');
  exporter.process.signal("SIGHUP");
  await exporter.until('a_total{x="1"}', undefined);
});

test("an empty file, a file without the section and broken YAML are no new configuration", async (t) => {
  const exporter = await startExporter(t, { config: config({ a_total: "x" }) });
  const good = config({ a_total: "x", b_total: "y" });
  for (const bad of ["", "logs: { files: [/logs/*.log] }\n", "metrics: [\n", config({ a_total: 5 })]) {
    exporter.configure(bad);
    exporter.process.signal("SIGHUP");
    const text = await exporter.until(reloads, 0);
    assert.match(text, /^a_total 0$/m);
    exporter.configure(good);
    exporter.process.signal("SIGHUP");
    await exporter.until(reloads, 1);
    await exporter.until("b_total", 0);
  }
});
