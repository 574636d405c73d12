/** What StatsD has counted survives a restart like what was counted from logs. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startExporter } from "./exporter.ts";

test("counters and timers received by StatsD go on after a clean stop and after kill -9, without a zero", async (t) => {
  const directory = temporaryDirectory(t);
  const port = await freePort();
  const socket = createSocket("udp4");
  atEnd(t, () => void socket.close());
  const config = (statsd: object, state = "state.json") =>
    JSON.stringify({ metrics: { ...statsd, state: path.join(directory, state) } });
  const first = await startExporter(t, { config: config({ statsd: { port } }), directory });
  const line = 'hits_total{page="a b"}';
  const send = (text: string) => void socket.send(text, port, "127.0.0.1");
  send("hits:2|c|#page:a b\ntook:500|ms\nlevel:3|g");
  await first.until(line, 2);
  assert.deepEqual(await first.process.stop(), { code: 0, signal: null });

  const second = await startExporter(t, { config: config({ statsd: { port } }), directory });
  const text = await second.scrape();
  assert.match(text, /^hits_total\{page="a b"\} 2$/m);
  assert.match(text, /^took_seconds_sum 0\.5$/m);
  assert.doesNotMatch(text, /^level/m);
  send("hits:1|c|#page:a b\ntook:250|ms");
  await second.until(line, 3);
  await second.until("took_seconds_count", 2);
  await second.process.stop("SIGKILL");

  const third = await startExporter(t, { config: config({ statsd: { port } }), directory });
  assert.equal(await third.value(line), 3);
  assert.equal(await third.value("took_seconds_sum"), 0.75);
  // Still StatsD's: another type of the name is refused.
  send("hits:1|g\nhits:1|c|#page:a b");
  await third.until(line, 4);
  await third.until('outrigger_metrics_statsd_errors_total{reason="type_conflict"}', 1);
  await third.process.stop();

  const without = await startExporter(t, { config: config({}), directory });
  assert.equal(await without.value(line), undefined);
});
