import assert from "node:assert/strict";
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { options, type Settings, startTailer } from "./tailer.ts";

const messages = (stdout: string) =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { message: string }).message);

const json: Settings = { output: "json", multiline: "auto" };
const at = (second: number, rest: string) => `2024-04-22 14:29:0${second} ${rest}`;

describe("multi-line records", () => {
  it("of a preset end with the trace: the line behind it is its own", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const trace = "java.lang.Error: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException\n\t... 3 more";
    writeFileSync(file, `${at(1, "ERROR it failed")}\n${trace}\nplain\n`);
    const { stdout } = await runTool("log-tailer", ["--once", file, ...options({ output: "json", multiline: "java" })]);
    assert.deepEqual(messages(stdout), [`${at(1, "ERROR it failed")}\n${trace}`, "plain"]);
  });

  for (const [preset, trace] of Object.entries({
    python:
      'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3, in <module>\nValueError: no',
    go: "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\n\ngoroutine 7 [select]:\nmain.wait()\n\t/src/main.go:9 +0x2b\ncreated by main.main in goroutine 1\n\t/src/main.go:4 +0x11",
    dotnet:
      "System.InvalidOperationException: no\n ---> System.IO.IOException: disk\n   at A.B() in /a.cs:line 1\n   --- End of inner exception stack trace ---\n   at A.C() in /a.cs:line 2",
  })) {
    it(`${preset}: a chained trace is one record, and the line behind it another`, async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, `before\n${trace}\nbehind\n`);
      const { stdout } = await runTool("log-tailer", [
        "--once",
        file,
        ...options({ output: "json", multiline: preset }),
      ]);
      assert.deepEqual(messages(stdout), ["before", trace, "behind"]);
    });
  }

  it("the last one comes after the timeout, which begins anew with every line", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `${at(1, "a")}\n`);
    const tailer = await startTailer(t, [file], { output: "json", multiline: '{"preset":"auto","timeout":"4s"}' });
    for (const line of [" b", " c", " d"]) {
      const started = performance.now();
      await eventually(() => assert.ok(performance.now() - started > 1500));
      assert.equal(tailer.stdout, "");
      appendFileSync(file, `${line}\n`);
    }
    await tailer.waitFor("\n");
    appendFileSync(file, " late\n");
    await tailer.waitFor(" late");
    assert.deepEqual(messages(tailer.stdout), [`${at(1, "a")}\n b\n c\n d`, " late"]);
  });

  it("of two files never mix, however they interleave", async (t) => {
    const directory = temporaryDirectory(t);
    const files = ["a", "b"].map((name) => path.join(directory, `${name}.log`));
    for (const file of files) writeFileSync(file, "");
    const tailer = await startTailer(t, files, { ...json, multiline: '{"preset":"auto","timeout":"1h"}' });
    for (let second = 0; second < 5; second++) {
      for (const file of files) appendFileSync(file, `${at(second, path.basename(file))}\n`);
      for (const file of files) appendFileSync(file, ` more of ${path.basename(file)} ${second}\n`);
    }
    await tailer.stop();
    const expected = [0, 1, 2, 3, 4].flatMap((second) =>
      ["a.log", "b.log"].map((name) => `${at(second, name)}\n more of ${name} ${second}`),
    );
    assert.deepEqual(messages(tailer.stdout).sort(), expected.sort());
  });

  it("raw are written contiguously, byte for byte", async (t) => {
    const directory = temporaryDirectory(t);
    const files = ["a", "b"].map((name) => path.join(directory, `${name}.log`));
    for (const file of files) writeFileSync(file, "");
    const tailer = await startTailer(t, files, { multiline: '{"preset":"auto","timeout":"1h"}', partialFlush: "1h" });
    const bytes = Buffer.concat([
      Buffer.from(`${at(1, "x")}\r\n`),
      Buffer.from([0x20, 0xff, 0x0a]),
      Buffer.from(" end\n"),
    ]);
    appendFileSync(files[0]!, bytes.subarray(0, 24));
    appendFileSync(files[1]!, `${at(2, "other")}\n`);
    appendFileSync(files[0]!, bytes.subarray(24));
    await tailer.stop();
    assert.deepEqual(tailer.stdout.split(`${at(2, "other")}\n`).join(""), bytes.toString());
    assert.ok(tailer.stdout.includes(bytes.toString()));
  });

  it("with prefix have it on every line", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `${at(1, "a")}\n b\n`);
    const settings = options({ output: "prefix", multiline: "auto", name: "app" });
    const { stdout } = await runTool("log-tailer", ["--once", file, ...settings]);
    assert.equal(stdout, `[app] ${at(1, "a")}\n[app]  b\n`);
  });

  it("never span two generations of a file", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "");
    const tailer = await startTailer(t, [file], { ...json, multiline: '{"preset":"auto","timeout":"1h"}' });
    appendFileSync(file, `${at(1, "old")}\n part\n`);
    renameSync(file, `${file}.1`);
    writeFileSync(file, " stray\n");
    await tailer.waitFor("part");
    appendFileSync(file, `${at(2, "cut")}\n`);
    await tailer.waitFor("stray");
    truncateSync(file);
    await tailer.waitFor("cut");
    appendFileSync(file, " after\n");
    await tailer.stop();
    assert.deepEqual(messages(tailer.stdout), [`${at(1, "old")}\n part`, " stray", at(2, "cut"), " after"]);
  });

  it("are ended by SIGTERM", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `${at(1, "a")}\n b\n c`);
    const tailer = await startTailer(t, [file], {
      ...json,
      multiline: '{"preset":"auto","timeout":"1h"}',
      partialFlush: "1h",
    });
    assert.deepEqual(await tailer.stop(), { code: 0, signal: null });
    assert.deepEqual(messages(tailer.stdout), [`${at(1, "a")}\n b\n c`]);
  });

  it("are not cut by a stop of the process, however long", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "");
    const tailer = await startTailer(t, [file], { ...json, multiline: '{"preset":"auto","timeout":"1500ms"}' });
    appendFileSync(file, `${at(1, "a")}\n`);
    process.kill(tailer.pid, "SIGSTOP");
    const stopped = performance.now();
    await eventually(() => assert.ok(performance.now() - stopped > 2500));
    appendFileSync(file, " b\n c\n");
    process.kill(tailer.pid, "SIGCONT");
    await tailer.waitFor("\n");
    assert.deepEqual(messages(tailer.stdout), [`${at(1, "a")}\n b\n c`]);
  });

  it("in progress at SIGKILL come whole from the next run, and finished ones do not come again", async (t) => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "app.log");
    const checkpoint = path.join(directory, "checkpoint.json");
    const settings = { ...json, multiline: '{"preset":"auto","timeout":"1h"}', checkpoint };
    for (const encoding of ["utf8", "utf16le"] as const) {
      const finished = `${at(1, "first ü")}\n part\n`;
      writeFileSync(file, Buffer.from(`\u{feff}${finished}`, encoding));
      const tailer = await startTailer(t, [file], settings);
      appendFileSync(file, Buffer.from(`${at(2, "second")}\n begun\n`, encoding));
      await tailer.waitFor("first");
      const offset = Buffer.from(`\u{feff}${finished}`, encoding).length;
      await eventually(() => assert.match(readFileSync(checkpoint, "utf8"), new RegExp(`"offset":${offset}\\b`)));
      await tailer.stop("SIGKILL");
      appendFileSync(file, Buffer.from(" ended\n", encoding));
      const next = await startTailer(t, [file], settings);
      await next.stop();
      assert.deepEqual(messages(tailer.stdout), [`${at(1, "first ü")}\n part`]);
      assert.deepEqual(messages(next.stdout), [`${at(2, "second")}\n begun\n ended`]);
      rmSync(file);
      rmSync(checkpoint);
    }
  });

  it("of more than maxLines lines go on in the next record", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, `${at(1, "a")}\n 1\n 2\n 3\n`);
    const settings = options({ output: "json", multiline: '{"preset":"auto","maxLines":3}' });
    const { stdout } = await runTool("log-tailer", ["--once", file, ...settings]);
    assert.deepEqual(messages(stdout), [`${at(1, "a")}\n 1\n 2`, " 3"]);
  });
});
