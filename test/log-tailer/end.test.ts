import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { entryOf, runTool, startTool } from "../harness/tool.ts";
import { PipedTailer, sha256 } from "./reader.ts";
import { metric, numbers, options, startTailer } from "./tailer.ts";

describe("the end", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`${signal} ends with status 0 at once when nothing is unread`, async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, "one\n");
      // Nothing that it might wait for takes less than a minute.
      const settings = { watch: "inotify", pollInterval: "1m", rotateGrace: "1m", partialFlush: "1m" };
      const tailer = await startTailer(t, [file], settings);
      await tailer.waitFor("one\n");
      const begin = performance.now();
      assert.deepEqual(await tailer.stop(signal), { code: 0, signal: null });
      assert.ok(performance.now() - begin < 20_000);
    });
  }

  it("everything written before the signal comes: new files, renamed files, an unterminated line", async (t) => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "app.log");
    writeFileSync(file, "one\n");
    const tailer = await startTailer(t, [`${directory}/*.log`], { watch: "poll", pollInterval: "1h" });
    await tailer.waitFor("one\n");
    appendFileSync(file, "two\n");
    renameSync(file, `${file}.1`);
    writeFileSync(file, "three\nhalf");
    writeFileSync(path.join(directory, "new.log"), "new\n");
    assert.equal((await tailer.stop()).code, 0);
    assert.deepEqual(tailer.stdout.split("\n").sort(), ["", "half", "new", "one", "three", "two"]);
  });

  it("100 MB unread at SIGTERM come complete, through a real pipe", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const text = numbers(1_000_000, 1_000_000 + 12_000_000);
    writeFileSync(file, text);
    const tailer = new PipedTailer(t, [file]);
    await eventually(() => assert.match(tailer.stderr, /"msg":"ready"/));
    tailer.signal("SIGTERM");
    tailer.read();
    await tailer.exited;
    assert.equal(tailer.status, 0);
    assert.equal(tailer.bytes, text.length);
    assert.equal(tailer.sha256, sha256(text));
  });

  it("a drain that takes too long ends with status 1 and names what is unread", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, numbers(1, 1_000_000));
    const tailer = new PipedTailer(t, [file], { drainTimeout: "300ms" });
    await eventually(() => assert.match(tailer.stderr, /"msg":"ready"/));
    tailer.signal("SIGTERM");
    await eventually(() => assert.equal(tailer.status, 1));
    const errors = tailer.stderr.split("\n").filter((line) => line.includes('"level":"error"'));
    assert.equal(errors.length, 1);
    assert.ok(JSON.parse(errors[0]!).unread[file] > 1_000_000);
  });

  it("quiet goes on until the files were quiet", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "one\n");
    const tailer = await startTailer(t, [file], { quiet: "2s" });
    await tailer.waitFor("one\n");
    tailer.signal("SIGTERM");
    for (const line of ["two", "three", "four"]) {
      const since = performance.now();
      await eventually(() => assert.ok(performance.now() - since > 750));
      appendFileSync(file, `${line}\n`);
    }
    assert.equal((await tailer.exited).code, 0);
    assert.equal(tailer.stdout, "one\ntwo\nthree\nfour\n");
  });

  it("exitWhen: eof ends at the end of all files; a file's appearance ends too", async (t) => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "app.log");
    writeFileSync(file, "one\n");
    const atEnd = await runTool("log-tailer", [file, ...options({ exitWhen: "eof" })]);
    assert.equal(atEnd.code, 0);
    assert.equal(atEnd.stdout, "one\n");
    const settings = { "exitWhen.file": path.join(directory, "done"), watch: "poll", pollInterval: "1h" };
    const tailer = await startTailer(t, [file], settings);
    appendFileSync(file, "two\n");
    writeFileSync(path.join(directory, "done"), "");
    assert.equal((await tailer.exited).code, 0);
    assert.equal(tailer.stdout, "one\ntwo\n");
  });

  it("a reload may name the file to end at, and another one", async (t) => {
    const directory = temporaryDirectory(t);
    const config = path.join(directory, "outrigger.yaml");
    const file = path.join(directory, "app.log");
    const configure = (more: object) => writeFileSync(config, JSON.stringify({ logs: { files: [file], ...more } }));
    writeFileSync(file, "one\n");
    configure({});
    const tailer = await startTool("log-tailer", ["--config", config, ...options({})], { test: t });
    await tailer.waitFor("one\n");
    const reloaded = /"msg":"configuration reloaded"/g;
    for (const [index, name] of ["first", "second"].entries()) {
      configure({ exitWhen: { file: path.join(directory, name) } });
      // No signal: it could come after the file's own event has led to a reload, and to one more.
      await eventually(() => assert.equal([...tailer.stderr.matchAll(reloaded)].length, index + 1));
    }
    writeFileSync(path.join(directory, "first"), "");
    appendFileSync(file, "two\n");
    await tailer.waitFor("two\n");
    writeFileSync(path.join(directory, "second"), "");
    assert.equal((await tailer.exited).code, 0);
    assert.equal(tailer.stdout, "one\ntwo\n");
  });

  it("a closed standard output ends with status 1 and one message", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "one\n");
    const child = spawn(process.execPath, [entryOf("log-tailer"), file, ...options({})], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    atEnd(t, () => child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdout.once("data", () => child.stdout.destroy());
    const writing = setInterval(() => appendFileSync(file, "more\n"), 20);
    atEnd(t, () => clearInterval(writing));
    assert.equal(await ended, 1);
    assert.equal(stderr.match(/"level":"error".*standard output/g)?.length, 1, stderr);
  });

  it("a stalled reader: flat memory, /livez answers, then every line", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const text = numbers(1_000_000, 1_000_000 + 5_000_000);
    writeFileSync(file, text);
    const port = await freePort();
    const tailer = new PipedTailer(t, [file], { "admin.port": port });
    await eventually(() => assert.match(tailer.stderr, /"msg":"ready"/));
    await eventually(async () => assert.ok((await metric(port, "write_blocked_seconds_total")) > 0.5));
    assert.equal((await get(`http://127.0.0.1:${port}/livez`)).status, 200);
    assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200);
    assert.ok((await metric(port, "lag_bytes")) > 30_000_000);
    assert.ok((await metric(port, "read_bytes_total")) < 2_000_000);
    tailer.read();
    await eventually(() => assert.equal(tailer.bytes, text.length), { ms: 20_000 });
    tailer.signal("SIGTERM");
    await tailer.exited;
    assert.equal(tailer.sha256, sha256(text));
  });
});

describe("refusals", () => {
  const cases: [string, string[], RegExp][] = [
    ["nothing to read", [], /files/],
    ["an unknown key", ["/x", "--set", "logs.fils=1"], /files/],
    ["a bad pattern", ["/logs/[a"], /\[/],
    ["a negative duration", ["/x", "--set", "logs.rotateGrace=-1s"], /rotateGrace/],
    ["a poll interval that is too short", ["/x", "--set", "logs.pollInterval=1ms"], /10ms/],
    ["an unknown output", ["/x", "--output", "jsn"], /raw/],
    ["an unknown option", ["/x", "--onse"], /--once/],
    ["a missing configuration file", ["--config", "/nonexistent/outrigger.yaml"], /nonexistent/],
  ];
  for (const [name, args, message] of cases) {
    it(`${name}: status 2 and a message`, async () => {
      const { code, stdout, stderr } = await runTool("log-tailer", ["--check", ...args]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
    });
  }

  it("a port in use: status 1, with the key to change", async (t) => {
    const directory = temporaryDirectory(t);
    const port = await freePort();
    const first = startTool("log-tailer", [`${directory}/a.log`, "--set", `logs.admin.port=${port}`], { test: t });
    await eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200));
    const second = await runTool("log-tailer", [`${directory}/a.log`, "--set", `logs.admin.port=${port}`]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /logs\.admin\.port/);
    await first.stop();
  });
});
