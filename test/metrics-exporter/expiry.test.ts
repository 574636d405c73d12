/** Series with a time to live: they go, and a counter that comes back goes on where it was, also after a restart. */
import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startExporter } from "./exporter.ts";

const series = 'jobs_total{job="a"}';

function config(ttl: string): string {
  return `metrics:
  logs:
    files: ["$DIR/app.log"]
    rules:
      jobs_total: { match: "job {job}", ttl: ${ttl} }
  state: $DIR/state.json
`;
}

test("a counter that expired before a restart is not there after it, and resumes at its old value", async (t) => {
  const directory = temporaryDirectory(t);
  const log = path.join(directory, "app.log");
  writeFileSync(log, "job a\njob a\n");
  const first = await startExporter(t, { config: config("300ms"), directory });
  await first.until("outrigger_metrics_series_expired_total", 1);
  assert.equal(await first.value(series), undefined);
  await first.process.stop();

  const second = await startExporter(t, { config: config("300ms"), directory });
  assert.equal(await second.value(series), undefined);
  await second.process.stop();

  const third = await startExporter(t, { config: config("1h"), directory });
  assert.equal(await third.value(series), undefined);
  appendFileSync(log, "job a\n");
  await third.until(series, 3);
  await third.process.stop();

  const fourth = await startExporter(t, { config: config("1h"), directory });
  assert.equal(await fourth.value(series), 3);
});
