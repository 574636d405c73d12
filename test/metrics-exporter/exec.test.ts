// Commands that print metrics.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTool } from "../harness/tool.ts";
import { startExporter } from "./exporter.ts";

const exec = (commands: object[]) => `${JSON.stringify({ metrics: { exec: commands } })}\n`;

/** A file for the process ids of what a command starts, all of which end with the test. */
function pidFile(t: TestContext): string {
  const file = path.join(temporaryDirectory(t), "pids");
  atEnd(t, () => {
    for (const pid of pidsIn(file)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return file;
}

function pidsIn(file: string): number[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number) : [];
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("in the background, without a shell, and nothing is left running", async (t) => {
  const exporter = await startExporter(t, {
    config: exec([
      { command: [process.execPath, "-e", "console.log('jobs 3')"], name: "good", interval: "50ms" },
      { command: [process.execPath, "-e", "console.log('x 1'); process.exit(3)"], name: "status" },
      { command: [process.execPath, "-e", "console.log('no metrics here at all')"], name: "text" },
      { command: ["/nowhere/stats"], name: "missing" },
      { command: [process.execPath, "-e", "setTimeout(() => {}, 100_000)"], name: "slow", timeout: "300ms" },
      { command: [process.execPath, "-e", "process.stdout.write('a'.repeat(3e6))"], name: "large" },
    ]),
  });
  const up = (name: string) => `outrigger_metrics_source_up{kind="exec",source="${name}"}`;
  await exporter.until("jobs", 3);
  for (const name of ["status", "text", "missing", "slow", "large"]) await exporter.until(up(name), 0);
  assert.equal(await exporter.value(up("good")), 1);
  assert.equal(await exporter.value("x"), undefined);
  assert.deepEqual(await exporter.process.stop(), { code: 0, signal: null });
});

test("a process that leaves the command's group and holds its output open delays neither the reading nor the end", async (t) => {
  const pids = pidFile(t);
  const leaver = `setsid sh -c 'echo $$ >> "$0"; exec sleep 100' "$0" &`;
  const source = `${leaver} until [ -s "$0" ]; do sleep 0.01; done; echo left 7`;
  const exporter = await startExporter(t, {
    config: exec([{ command: ["/bin/sh", "-c", source, pids], name: "leaving" }]),
  });
  await exporter.until("left", 7);
  assert.deepEqual(await exporter.process.stop(), { code: 0, signal: null });
  assert.ok(pidsIn(pids).some(isAlive));
});

test("--once that SIGTERM ends prints nothing, is status 1, and leaves nothing of the command and of what that has started", async (t) => {
  const pids = pidFile(t);
  const config = path.join(temporaryDirectory(t), "outrigger.yaml");
  const source = 'sleep 100 & echo $! >> "$0"; echo $$ >> "$0"; wait';
  writeFileSync(config, exec([{ command: ["/bin/sh", "-c", source, pids], timeout: "1h" }]));
  const once = startTool("metrics-exporter", ["--config", config, "--once"], { test: t });
  await eventually(() => assert.equal(pidsIn(pids).length, 2));
  once.signal("SIGTERM");
  assert.deepEqual(await once.exited, { code: 1, signal: null });
  assert.equal(once.stdout, "");
  assert.match(once.stderr, /stopped before everything was read/);
  await eventually(() => assert.deepEqual(pidsIn(pids).filter(isAlive), []));
});
