import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

test("values that JSON does not have are left out or null, as everywhere in JSON", () => {
  const { lines, log } = capture();
  log.info("odd", { missing: undefined, none: null, ratio: Number.NaN, list: [undefined, "a\u2028"], call: () => 1 });
  const { time: _, ...record } = JSON.parse(lines[0] ?? "");
  assert.deepEqual(record, {
    level: "info",
    tool: "healthz",
    msg: "odd",
    none: null,
    ratio: null,
    list: [null, "a\u2028"],
  });
});

test("records of one turn arrive all and in order, however the process ends in it", () => {
  const program = `
    import { createLog } from "@outrigger/runtime/log";
    import { exit } from "@outrigger/runtime/exit";
    const log = createLog("healthz", { format: "json" });
    for (let n = 0; n < 1000; n++) log.info("counted", { n });
    if (process.argv[1] === "exit") await exit(3);
    if (process.argv[1] === "exit at once") process.exit(4);
    if (process.argv[1] === "throw") throw new Error("a bug");`;
  for (const [how, status] of [
    ["exit", 3],
    ["exit at once", 4],
    ["throw", 1],
    ["return", 0],
  ] as const) {
    const args = ["--input-type=module", "-e", program, how];
    const child = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8", timeout: 60_000 });
    const numbers = child.stderr
      .split("\n")
      .filter((line) => line.startsWith('{"time"'))
      .map((line) => JSON.parse(line).n);
    assert.deepEqual(
      numbers,
      Array.from({ length: 1000 }, (_, index) => index),
      how,
    );
    assert.equal(child.status, status);
  }
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

test("no character of foreign text can act on a terminal or look like the end of a record, in either format", () => {
  const foreign = "a\u007fb\u009b31mc\u2028d\u2029e\u0085";
  const json = capture();
  json.log.info(foreign, { value: foreign, error: new Error(foreign), [foreign]: 1 });
  const { time: _, ...record } = JSON.parse(json.lines[0] ?? "");
  assert.deepEqual(record, {
    level: "info",
    tool: "healthz",
    msg: foreign,
    value: foreign,
    error: foreign,
    [foreign]: 1,
  });
  const text = capture({ format: "text" });
  text.log.info(foreign, { value: foreign });
  for (const line of [...json.lines, ...text.lines]) assert.match(line, /^[\x20-\x7e]+\n$/);
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
