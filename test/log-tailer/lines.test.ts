import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { options, startTailer } from "./tailer.ts";

describe("lines", () => {
  for (const settings of [{ output: "prefix" }, { output: "prefix", multiline: "auto" }]) {
    it(`a line end in a file's name does not divide a line (${JSON.stringify(settings)})`, async (t) => {
      const file = path.join(temporaryDirectory(t), "a\nb.log");
      writeFileSync(file, "one\ntwo\n");
      const { stdout } = await runTool("log-tailer", [file, "--once", ...options(settings)]);
      assert.equal(stdout, "[a?b.log] one\n[a?b.log] two\n");
    });
  }

  it("a line that comes in two pieces is one line", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "abc");
    const tailer = await startTailer(t, [file], { partialFlush: "10s" });
    appendFileSync(file, "def\n");
    await tailer.waitFor("\n");
    assert.equal(tailer.stdout, "abcdef\n");
  });

  it("an unterminated line is written after partialFlush, and its late newline is swallowed", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "l1\nl2");
    const written = performance.now();
    const tailer = await startTailer(t, [file], { partialFlush: "1500ms" });
    await tailer.waitFor("l1\n");
    await tailer.waitFor("l2\n");
    assert.ok(performance.now() - written >= 1500);
    appendFileSync(file, "\nl3\n");
    await tailer.waitFor("l3\n");
    assert.equal(tailer.stdout, "l1\nl2\nl3\n");
  });

  it("what follows a flushed piece is a new line; every growth restarts the time", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    writeFileSync(file, "");
    const tailer = await startTailer(t, [file], { partialFlush: "2s" });
    for (const piece of ["a", "b", "c", "d", "e"]) {
      appendFileSync(file, piece);
      const written = performance.now();
      await eventually(() => assert.ok(performance.now() - written > 500));
    }
    await tailer.waitFor("\n");
    appendFileSync(file, "rest\n");
    await tailer.waitFor("rest\n");
    assert.equal(tailer.stdout, "abcde\nrest\n");
  });

  it("raw passes every byte: line ends of both kinds, empty lines, NULs, invalid UTF-8, a mark", async (t) => {
    const file = path.join(temporaryDirectory(t), "app.log");
    const bytes = Buffer.concat([
      Buffer.from("\ufeffmark\r\n\n\r\nlone\rreturn\n"),
      Buffer.from([0, 1, 0xff, 0xfe, 0x80, 0x0a]),
      Buffer.from("last\n"),
    ]);
    writeFileSync(file, bytes);
    const tailer = await startTailer(t, [file], { output: "prefix", name: "x" });
    await tailer.waitFor("last\n");
    const { stdout } = await runTool("log-tailer", ["--once", file]);
    assert.equal(stdout, bytes.toString());
    const labelled = bytes
      .toString()
      .split("\n")
      .slice(0, -1)
      .map((line) => `[x] ${line}\n`);
    assert.equal(tailer.stdout, labelled.join(""));
  });

  it("lines of any length are passed through, and no other file's bytes come between", async (t) => {
    const directory = temporaryDirectory(t);
    const long = [4097, 65_537, 1024 * 1024 + 1, 700_000].map((length) => "x".repeat(length));
    writeFileSync(path.join(directory, "a.log"), `${long.join("\n")}\n`);
    for (const name of ["b", "c"]) writeFileSync(path.join(directory, `${name}.log`), "short\n".repeat(100_000));
    for (const output of ["raw", "prefix"]) {
      const { stdout } = await runTool("log-tailer", ["--once", `${directory}/*.log`, "--output", output]);
      const lines = stdout.split("\n");
      assert.equal(lines.length, 200_005);
      const found = lines.filter((line) => line.includes("x")).map((line) => line.replace(/^\[a\.log\] /, ""));
      assert.ok(
        found.every((line, index) => line === long[index]),
        output,
      );
    }
  });

  it("while a long line is half written, other files wait until it is flushed", async (t) => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "long.log");
    writeFileSync(file, "x".repeat(600_000));
    const tailer = await startTailer(t, [`${directory}/*.log`], { partialFlush: "3s" });
    await eventually(() => assert.ok(tailer.stdout.length >= 600_000));
    writeFileSync(path.join(directory, "other.log"), "other\n");
    appendFileSync(file, "end");
    await tailer.waitFor("other\n");
    assert.equal(tailer.stdout, `${"x".repeat(600_000)}end\nother\n`);
  });

  it("UTF-16 is recognised by its mark and written as UTF-8, with U+0A0D and surrogates", async (t) => {
    const directory = temporaryDirectory(t);
    const text = "one\r\n\u0a0d two 😀\nthree\n";
    const little = Buffer.from(`\ufeff${text}`, "utf16le");
    writeFileSync(path.join(directory, "le.log"), little);
    writeFileSync(path.join(directory, "be.log"), Buffer.from(little).swap16());
    for (const name of ["le", "be"]) {
      const { stdout } = await runTool("log-tailer", ["--once", path.join(directory, `${name}.log`)]);
      assert.equal(stdout, text);
    }
    const file = path.join(directory, "slow.log");
    writeFileSync(file, "");
    const tailer = await startTailer(t, [file], { partialFlush: "10s" });
    for (const byte of Buffer.concat([little, little.subarray(2)])) appendFileSync(file, Buffer.from([byte]));
    await tailer.waitFor(/three\n.*three\n/s);
    assert.equal(tailer.stdout, text + text);
  });

  it("the name of a source is its label", async (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(path.join(directory, "a.log"), "a\n");
    writeFileSync(path.join(directory, "b.log"), "b\n");
    const sources = JSON.stringify([
      { name: "first", files: [`${directory}/a.log`] },
      { files: [`${directory}/*.log`], output: "raw" },
    ]);
    const { stdout } = await runTool("log-tailer", [
      "--once",
      "--set",
      `logs.sources=${sources}`,
      ...options({ output: "prefix" }),
    ]);
    assert.deepEqual(stdout.split("\n").sort(), ["", "[first] a", "b"]);
  });
});
