import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogOptions } from "@outrigger/runtime/log";
import { mask, registerSecret, Secret } from "@outrigger/runtime/secrets";

function capture(options: LogOptions = {}) {
  const lines: string[] = [];
  return { lines, log: createLog("healthz", { format: "json", write: (line) => lines.push(line), ...options }) };
}

test("a record is one JSON object with time, level, tool and msg first", () => {
  const { lines, log } = capture();
  log.child({ check: "web" }).warn("failed\nbadly", { reason: new Error("no answer") });
  const [line = ""] = lines;
  const record = JSON.parse(line);
  assert.deepEqual(Object.keys(record), ["time", "level", "tool", "msg", "check", "reason"]);
  assert.match(record.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(record.reason, "no answer");
  assert.equal(line.indexOf("\n"), line.length - 1);
});

test("records below the level are not written", () => {
  const { lines, log } = capture({ level: "warn" });
  log.info("quiet");
  log.debug("quieter");
  log.error("loud");
  assert.equal(lines.length, 1);
});

test("text keeps control characters of foreign text off the terminal", () => {
  const { lines, log } = capture({ format: "text" });
  log.info("a\u001b[31mb\nc", { host: "x\u001b" });
  assert.match(lines[0] ?? "", /^\d\d:\d\d:\d\d\.\d{3} info {2}healthz: a\\u001b\[31mb\\nc host="x\\u001b"\n$/);
});

test("registered secrets and the passwords of URLs are masked everywhere", () => {
  const secret = new Secret("correct horse", "env:X");
  registerSecret("abc");
  const { lines, log } = capture();
  log.error("tried correct horse at http://user:pw@host/", { secret, nested: { secret } });
  assert.ok(!/horse|:pw@/.test(lines.join()), lines.join());
  assert.equal(`${secret}`, "***");
  assert.equal(mask("abcdef"), "abcdef", "a value this short would mask ordinary words");
});
