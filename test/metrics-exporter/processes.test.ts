import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { sampleValue, startExporter } from "./exporter.ts";

/** A process that can be told by its command line, doing what `code` says. */
function startProcess(t: TestContext, code: string, mark: string) {
  const child = spawn(process.execPath, ["-e", code, mark], { stdio: "ignore" });
  atEnd(t, () => child.kill("SIGKILL"));
  return child;
}

test("groups of processes: the first rule wins, an absent group is 0, counters outlive their process", async (t) => {
  const mark = randomUUID();
  const sleep = "setInterval(() => {}, 1000)";
  const first = startProcess(t, sleep, `${mark}-sleeper`);
  startProcess(t, sleep, `${mark}-sleeper`);
  const busy = startProcess(t, "for (;;);", `${mark}-busy`);
  const exporter = await startExporter(t, {
    config: JSON.stringify({
      metrics: {
        processes: [
          { name: "busy", match: `${mark}-busy` },
          { name: "sleepers", match: `${mark}-` },
          { name: "late", match: `${mark}-sleeper` },
          { name: "self", match: "metrics-exporter.js" },
        ],
      },
    }),
  });
  const series = (name: string, group: string, more = "") =>
    `namedprocess_namegroup_${name}{groupname="${group}"${more}}`;
  const body = await exporter.until(series("num_procs", "sleepers"), 2);
  assert.equal(sampleValue(body, series("num_procs", "busy")), 1);
  assert.equal(sampleValue(body, series("num_procs", "late")), 0);
  assert.equal(sampleValue(body, "outrigger_metrics_process_namespace_shared"), 1);
  const started = sampleValue(body, series("oldest_start_time_seconds", "sleepers")) ?? 0;
  assert.ok(Math.abs(started - Date.now() / 1000) < 60, String(started));
  // They have their command line before they have anything else.
  await eventually(async () => {
    const text = await exporter.scrape();
    assert.ok((sampleValue(text, series("memory_bytes", "sleepers", ',memtype="resident"')) ?? 0) > 10_000_000);
    assert.ok((sampleValue(text, series("open_filedesc", "sleepers")) ?? 0) > 3);
    assert.ok((sampleValue(text, series("num_threads", "sleepers")) ?? 0) >= 2);
  });

  const cpu = series("cpu_seconds_total", "busy", ',mode="user"');
  const before = await eventually(async () => {
    const used = (await exporter.value(cpu)) ?? 0;
    assert.ok(used > 0.2);
    return used;
  });
  busy.kill("SIGKILL");
  const after = await exporter.until(series("num_procs", "busy"), 0);
  assert.ok((sampleValue(after, cpu) ?? 0) >= before);
  first.kill("SIGKILL");
  await exporter.until(series("num_procs", "sleepers"), 1);
});
