import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type Exporter, startExporter } from "./exporter.ts";

async function counting(t: TestContext, glob = "$DIR/logs/*.log*"): Promise<{ exporter: Exporter; file: string }> {
  const exporter = await startExporter(t, { args: [glob, "--rule", "x_total=x"] });
  mkdirSync(path.join(exporter.directory, "logs"), { recursive: true });
  return { exporter, file: path.join(exporter.directory, "logs/app.log") };
}

test("files are read from the beginning, also those that appear later, and directories that match are ignored", async (t) => {
  const { exporter, file } = await counting(t);
  mkdirSync(path.join(exporter.directory, "logs/dir.log"));
  writeFileSync(file, "x\nx\n");
  await exporter.until("x_total", 2);
  writeFileSync(file.replace("app", "other"), "x\n");
  await exporter.until("x_total", 3);
});

test("a line in two writes counts once, when it is complete", async (t) => {
  const { exporter, file } = await counting(t);
  writeFileSync(file, "x\nbegin ");
  await exporter.until("x_total", 1);
  appendFileSync(file, "x end\ny\n");
  await exporter.until("x_total", 2);
  await exporter.until(`outrigger_metrics_log_lines_total{file="${file}"}`, 3);
  await exporter.until(`outrigger_metrics_log_lag_bytes{file="${file}"}`, 0);
});

test("a line that waits for its end does not lag", async (t) => {
  const { exporter, file } = await counting(t);
  const lag = `outrigger_metrics_log_lag_bytes{file="${file}"}`;
  writeFileSync(file, "begin");
  await exporter.until(lag, 0);
  appendFileSync(file, " end\nbegin");
  await exporter.until(`outrigger_metrics_log_lines_total{file="${file}"}`, 1);
  await exporter.until(lag, 0);
});

test("rename rotation inside the glob reads nothing twice and nothing is lost", async (t) => {
  const { exporter, file } = await counting(t);
  writeFileSync(file, "x\n");
  await exporter.until("x_total", 1);
  renameSync(file, `${file}.1`);
  appendFileSync(`${file}.1`, "x\n");
  writeFileSync(file, "x\n");
  await exporter.until("x_total", 3);
});

test("copytruncate is read anew", async (t) => {
  const { exporter, file } = await counting(t, "$DIR/logs/app.log");
  writeFileSync(file, "x\nx\nx\n");
  await exporter.until("x_total", 3);
  truncateSync(file);
  appendFileSync(file, "x\n");
  await exporter.until("x_total", 4);
});

test("deletion and recreation", async (t) => {
  const { exporter, file } = await counting(t);
  writeFileSync(file, "x\n");
  await exporter.until("x_total", 1);
  unlinkSync(file);
  writeFileSync(file, "x\nx\n");
  await exporter.until("x_total", 3);
});

test("a byte order mark, CRLF and characters cut between reads are all one to the rules", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log", "--rule", "a_total={who}: ok"] });
  const file = path.join(exporter.directory, "app.log");
  const bytes = Buffer.from("\ufeffäöü: ok\r\n");
  writeFileSync(file, bytes.subarray(0, 4));
  appendFileSync(file, bytes.subarray(4));
  await exporter.until('a_total{who="äöü"}', 0);
  await exporter.until('a_total{who="äöü"}', 1);
});

test("invalid UTF-8 becomes U+FFFD and both formats stay sound", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log", "--rule", "a_total=v={v};"] });
  writeFileSync(path.join(exporter.directory, "app.log"), Buffer.from([0x76, 0x3d, 0xff, 0x22, 0x5c, 0x3b, 0x0a]));
  await exporter.until('a_total{v="\ufffd\\"\\\\"}', 0);
  await exporter.until('a_total{v="\ufffd\\"\\\\"}', 1);
});

test("a line beyond 64 KiB is matched on its beginning, counted once, and what follows is intact", async (t) => {
  const exporter = await startExporter(t, {
    args: ["$DIR/app.log", "--rule", "a_total=begin", "--rule", "b_total=end"],
  });
  writeFileSync(path.join(exporter.directory, "app.log"), `begin ${"y".repeat(1_000_000)} end\nbegin\n`);
  const text = await exporter.until("a_total", 2);
  assert.match(text, /^b_total 0$/m);
  assert.match(text, /^outrigger_metrics_log_lines_truncated_total 1$/m);
});

test("a Java stack trace is one record, also as the last one of the file", async (t) => {
  const exporter = await startExporter(t, {
    config: `metrics:
  logs:
    files: ["$DIR/app.log"]
    multiline: { preset: java, timeout: 200ms }
    rules:
      records_total: { regex: "^" }
      errors_total: { regex: "ERROR[^]*?\\\\tat (?<where>[\\\\w.]+)\\\\(" }
`,
  });
  const trace = (where: string) =>
    `2026-01-01 12:00:00 ERROR it failed\njava.lang.IllegalStateException: no\n\tat ${where}(A.java:1)\n\tat b.B.y(B.java:2)\n`;
  writeFileSync(
    path.join(exporter.directory, "app.log"),
    `2026-01-01 12:00:00 INFO begin\n${trace("a.A.x")}2026-01-01 12:00:01 INFO on\n${trace("c.C.z")}`,
  );
  await exporter.until("records_total", 4);
  // The first scrape that has them shows zeros.
  await exporter.scrape();
  const body = await exporter.scrape();
  assert.match(body, /^errors_total\{where="a\.A\.x"\} 1$/m);
  assert.match(body, /^errors_total\{where="c\.C\.z"\} 1$/m);
  assert.match(body, /^outrigger_metrics_log_lines_total\{file=".*"\} 10$/m);
});
