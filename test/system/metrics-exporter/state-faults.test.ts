// Needs Debian's strace.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { get } from "../../harness/http.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { entryOf } from "../../harness/tool.ts";
import { sampleValue, startExporter } from "../../metrics-exporter/exporter.ts";

const patience = { ms: 60_000, every: 50 };
const errors = "outrigger_metrics_state_write_errors_total";

/** An exporter with a state file under strace, which does `fault` to it. */
async function startFaulty(t: TestContext, config: string, fault: string) {
  const port = await freePort();
  const directory = path.dirname(config);
  const child = spawn(
    "strace",
    [
      "-f",
      "-qq",
      "-o",
      path.join(directory, "trace"),
      "-e",
      `trace=${fault.split(":")[0]}`,
      "-e",
      `inject=${fault}`,
    ].concat(process.execPath, entryOf("metrics-exporter"), "--config", config, "--port", String(port)),
    // strace counts the calls of each thread by itself, so that there is one only.
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, UV_THREADPOOL_SIZE: "1" } },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  atEnd(t, async () => {
    if (isOver) return;
    // strace ends with the program that it follows.
    for (const pid of readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ").filter(Boolean))
      process.kill(Number(pid), "SIGKILL");
    await ended;
  });
  const scrape = async () => (await get(`http://127.0.0.1:${port}/metrics`)).body;
  return { scrape, isOver: () => isOver, stderr: () => stderr };
}

function prepare(t: TestContext): { config: string; log: string; directory: string } {
  const directory = temporaryDirectory(t);
  const config = path.join(directory, "outrigger.yaml");
  const log = path.join(directory, "app.log");
  writeFileSync(log, "");
  const rules = { lines_total: "line" };
  writeFileSync(
    config,
    JSON.stringify({ metrics: { logs: { files: [log], rules }, state: path.join(directory, "state.json") } }),
  );
  return { config, log, directory };
}

describe("killed in the middle of writing the state, it counts every line once after a restart and shows nothing less", () => {
  // A temporary file is written, its mode set, fsynced, renamed, and the directory fsynced: the third or so of these writes.
  for (const fault of [
    "fchmod:signal=KILL:when=3",
    "fsync:signal=KILL:when=5",
    "fsync:signal=KILL:when=6",
    "rename:signal=KILL:when=3",
  ]) {
    test(fault, async (t) => {
      const { config, log, directory } = prepare(t);
      const faulty = await startFaulty(t, config, fault);
      let written = 0;
      let shown = 0;
      await eventually(async () => {
        if (faulty.isOver()) return;
        appendFileSync(log, "line\n".repeat(20));
        written += 20;
        const value = sampleValue(await faulty.scrape().catch(() => ""), "lines_total") ?? shown;
        assert.ok(value >= shown, `${value} after ${shown}`);
        shown = value;
        assert.ok(faulty.isOver(), `not killed yet: ${faulty.stderr()}`);
      }, patience);
      const exporter = await startExporter(t, { directory, config: readFileSync(config, "utf8") });
      const first = (await exporter.value("lines_total")) ?? 0;
      assert.ok(first >= shown, `${first} after ${shown}`);
      await exporter.until("lines_total", written);
    });
  }
});

test("with a full disk it goes on serving and counts the failures, logs once, and the last good state stays", async (t) => {
  const { config, log, directory } = prepare(t);
  const faulty = await startFaulty(t, config, "fsync:error=ENOSPC:when=5+");
  let written = 0;
  await eventually(async () => {
    appendFileSync(log, "line\n");
    written++;
    assert.ok((sampleValue(await faulty.scrape(), errors) ?? 0) >= 3, faulty.stderr());
  }, patience);
  await eventually(async () => assert.equal(sampleValue(await faulty.scrape(), "lines_total"), written), patience);
  const complaints = faulty
    .stderr()
    .split("\n")
    .filter((line) => line.includes("the state file cannot be written"));
  assert.equal(complaints.length, 1);
  assert.equal(JSON.parse(readFileSync(path.join(directory, "state.json"), "utf8")).tool, "metrics-exporter");
});
