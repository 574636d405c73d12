import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { runTool } from "../harness/tool.ts";
import { type Exporter, openmetrics, sampleValue, startExporter } from "./exporter.ts";

async function receiving(
  t: TestContext,
  statsd: object = {},
): Promise<{ exporter: Exporter; send(text: string): void; port: number }> {
  const port = await freePort("127.0.0.1");
  const exporter = await startExporter(t, { config: JSON.stringify({ metrics: { statsd: { port, ...statsd } } }) });
  const socket = createSocket("udp4");
  atEnd(t, () => socket.close());
  return { exporter, port, send: (text) => socket.send(text, port, "127.0.0.1") };
}

const lines = "outrigger_metrics_statsd_lines_total";

test("counters, gauges and timers, in both formats", async (t) => {
  const { exporter, send } = await receiving(t);
  send(
    "web.hits:3|c|#code:200\nweb.hits:1|c|@0.5|#code:200\ndepth:7|g\ndepth:-2|g\nreq.time:320|ms\nsize_bytes:100:200|h",
  );
  await exporter.until(lines, 6);
  const body = await exporter.scrape();
  assert.equal(sampleValue(body, 'web_hits_total{code="200"}'), 5);
  assert.equal(sampleValue(body, "depth"), 5);
  assert.equal(sampleValue(body, 'req_time_seconds_bucket{le="0.5"}'), 1);
  assert.equal(sampleValue(body, "req_time_seconds_sum"), 0.32);
  assert.equal(sampleValue(body, "size_bytes_count"), 2);
  assert.match(await exporter.scrape(openmetrics), /# TYPE web_hits counter\nweb_hits_total\{code="200"\} 5\n/);
});

test("bad lines are counted by reason and the next line goes on", async (t) => {
  const { exporter, send } = await receiving(t);
  send("a:x|c\na:1|c\na:1|g\nb:1|ms\nb_seconds_count:1|g\noutrigger_x:1|c\nd:1|h|#le:1\n_e{1,1}:a|b\nz:1|c");
  const body = await exporter.until(lines, 9);
  const errors = (reason: string) => sampleValue(body, `outrigger_metrics_statsd_errors_total{reason="${reason}"}`);
  assert.deepEqual(["bad_value", "type_conflict", "reserved", "unsupported"].map(errors), [1, 2, 2, 1]);
  assert.equal(await exporter.value("z_total"), 1);
});

test("tags may differ from line to line", async (t) => {
  const { exporter, send } = await receiving(t);
  send("a:1|c\na:2|c|#x:1\na:3|c|#y:2,x:1");
  await exporter.until(lines, 3);
  const body = await exporter.scrape();
  assert.equal(sampleValue(body, "a_total"), 1);
  assert.equal(sampleValue(body, 'a_total{x="1"}'), 2);
  assert.equal(sampleValue(body, 'a_total{x="1",y="2"}'), 3);
});

test("TCP on the same port, lines in pieces", async (t) => {
  const { exporter, port } = await receiving(t);
  const socket = connect(port, "127.0.0.1");
  socket.write("a:1|c\na:");
  await exporter.until(lines, 1);
  socket.end("2|c");
  await exporter.until(lines, 2);
  assert.equal(await exporter.value("a_total"), 3);
});

test("mappings name and label, and a reload changes them without losing values", async (t) => {
  const mapping = { match: "web.*.hits", name: "web_hits", labels: { host: "$1" } };
  const { exporter, send, port } = await receiving(t, { mappings: [mapping, { match: "noise.*", action: "drop" }] });
  send("web.h1.hits:2|c\nnoise.a:1|c");
  await exporter.until(lines, 2);
  await exporter.until('web_hits_total{host="h1"}', 2);
  assert.equal(await exporter.value("noise_a_total"), undefined);
  exporter.configure(JSON.stringify({ metrics: { statsd: { port } } }));
  exporter.process.signal("SIGHUP");
  await exporter.process.waitFor("configuration reloaded", { on: "stderr" });
  send("web.h1.hits:2|c");
  await exporter.until(lines, 3);
  assert.equal(await exporter.value('web_hits_total{host="h1"}'), 2);
  assert.notEqual(await exporter.value("web_h1_hits_total"), undefined);
});

test("a port in use is exit status 1 and named", async (t) => {
  const { port } = await receiving(t);
  const { code, stderr } = await runTool("metrics-exporter", [
    "--port",
    String(await freePort()),
    "--set",
    `metrics.statsd.port=${port}`,
  ]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${port}.*metrics\\.statsd\\.port`));
});

test("lines that come again count again, also under other mappings after a reload", async (t) => {
  const mappings = (name: string) => ({ mappings: [{ match: "web.*", name, labels: { part: "$1" } }] });
  const { exporter, port, send } = await receiving(t, mappings("before_total"));
  const batch = "web.a:1|c\nweb.a:2|c|#k:v\nweb.a:1|c\nweb.a:1|c|@0.5\ntook:20|ms\ntook:20.5|ms\ndepth:4|g\ndepth:5|g";
  send(batch);
  await exporter.until(lines, 8);
  const body = await exporter.scrape();
  assert.equal(sampleValue(body, 'before_total{part="a"}'), 4);
  assert.equal(sampleValue(body, 'before_total{k="v",part="a"}'), 2);
  assert.equal(sampleValue(body, "took_seconds_sum"), 0.0405);
  assert.equal(sampleValue(body, "depth"), 5);
  exporter.configure(JSON.stringify({ metrics: { statsd: { port, ...mappings("after_total") } } }));
  exporter.process.signal("SIGHUP");
  await eventually(
    async () => {
      send("web.b:1|c");
      assert.ok((await exporter.value('after_total{part="b"}')) !== undefined);
    },
    { ms: 30_000 },
  );
  send(batch);
  await exporter.until('after_total{part="a"}', 0);
  await exporter.until('after_total{part="a"}', 4);
});
