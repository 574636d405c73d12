import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { options, startTailer } from "./tailer.ts";

const sorted = (text: string) => text.split("\n").filter(Boolean).sort();

for (const watch of ["inotify", "poll"]) {
  describe(`which files are read (${watch})`, () => {
    it("lines that are there at the start come once", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, "one\ntwo\n");
      const tailer = await startTailer(t, [file], { watch });
      await tailer.waitFor("two\n");
      assert.deepEqual(await tailer.stop(), { code: 0, signal: null });
      assert.equal(tailer.stdout, "one\ntwo\n");
    });

    it("with start: end only new lines, but all of files that come later and of the file's successor", async (t) => {
      const directory = temporaryDirectory(t);
      const file = path.join(directory, "app.log");
      writeFileSync(file, "old\n");
      const tailer = await startTailer(t, [`${directory}/*.log`], { watch, start: "end" });
      appendFileSync(file, "new\n");
      await tailer.waitFor("new\n");
      writeFileSync(path.join(directory, "other.log"), "from the start\n");
      await tailer.waitFor("from the start\n");
      renameSync(file, `${file}.1`);
      writeFileSync(file, "successor\n");
      await tailer.waitFor("successor\n");
      await tailer.stop();
      assert.equal(tailer.stdout, "new\nfrom the start\nsuccessor\n");
    });

    it("a name with a hyphen is found by a glob with one, and a name with wildcards by itself", async (t) => {
      const directory = temporaryDirectory(t);
      const names = ["app-1.log", '-x, "q" [z].log', "open[1.log", "brace{.txt"];
      for (const name of names) writeFileSync(path.join(directory, name), `${name}\n`);
      const patterns = ["app-*.log", "-x*", "open[1.log", "brace{.txt"].map((name) => path.join(directory, name));
      const tailer = await startTailer(t, patterns, { watch });
      for (const name of names) await tailer.waitFor(`${name}\n`);
      await tailer.stop();
      assert.deepEqual(sorted(tailer.stdout), names.toSorted());
    });

    it("a file in a directory whose parents are missing is picked up when they appear", async (t) => {
      const directory = temporaryDirectory(t);
      const file = path.join(directory, "a/b/c/app.log");
      const tailer = await startTailer(t, [file], { watch, pollInterval: watch === "poll" ? "50ms" : "1h" });
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, "first\n");
      await tailer.waitFor("first\n");
      appendFileSync(file, "second\n");
      await tailer.waitFor("second\n");
    });

    it("a directory that is renamed and made again is watched again", async (t) => {
      const directory = temporaryDirectory(t);
      const logs = path.join(directory, "logs");
      mkdirSync(logs);
      writeFileSync(path.join(logs, "app.log"), "one\n");
      const tailer = await startTailer(t, [`${logs}/*.log`], {
        watch,
        pollInterval: watch === "poll" ? "50ms" : "1h",
      });
      await tailer.waitFor("one\n");
      renameSync(logs, `${logs}.old`);
      mkdirSync(logs);
      writeFileSync(path.join(logs, "app.log"), "two\n");
      await tailer.waitFor("two\n");
      appendFileSync(path.join(logs, "app.log"), "three\n");
      await tailer.waitFor("three\n");
      rmSync(logs, { recursive: true });
      mkdirSync(logs);
      writeFileSync(path.join(logs, "app.log"), "four\n");
      await tailer.waitFor("four\n");
      assert.equal(tailer.stdout, "one\ntwo\nthree\nfour\n");
    });

    it("one inode is one stream: overlapping globs, links of both kinds; excluded files never", async (t) => {
      const directory = temporaryDirectory(t);
      const at = (name: string) => path.join(directory, name);
      writeFileSync(at("a.log"), "a\n");
      writeFileSync(at("b.log"), "b\n");
      writeFileSync(at("secret.log"), "secret\n");
      symlinkSync(at("a.log"), at("link.log"));
      linkSync(at("b.log"), at("hard.log"));
      const tailer = await startTailer(t, [`${directory}/*.log`, at("a.log"), `${directory}/?.log`], {
        watch,
        exclude: ["**/secret*"],
      });
      writeFileSync(at("end.log"), "end\n");
      await tailer.waitFor("end\n");
      await tailer.stop();
      assert.deepEqual(sorted(tailer.stdout), ["a", "b", "end"]);
    });

    it("three files with equal beginnings are three streams", async (t) => {
      const directory = temporaryDirectory(t);
      const header = `${"=".repeat(63)}\n`.repeat(32);
      for (const name of ["a", "b", "c"]) writeFileSync(path.join(directory, `${name}.log`), `${header}${name}\n`);
      const tailer = await startTailer(t, [`${directory}/*.log`], { watch });
      await eventually(() => assert.equal(sorted(tailer.stdout).length, 99));
      assert.deepEqual(sorted(tailer.stdout).slice(96), ["a", "b", "c"]);
    });

    it("a link that is pointed elsewhere starts a new file; the old target is still drained", async (t) => {
      const directory = temporaryDirectory(t);
      const at = (name: string) => path.join(directory, name);
      mkdirSync(at("v1"));
      mkdirSync(at("v2"));
      writeFileSync(at("v1/app.log"), "old\n");
      writeFileSync(at("v2/app.log"), "new\n");
      symlinkSync("v1", at("..data"));
      symlinkSync("..data/app.log", at("app.log"));
      const tailer = await startTailer(t, [at("app.log")], { watch, pollInterval: "100ms", rotateGrace: "1m" });
      await tailer.waitFor("old\n");
      symlinkSync("v2", at("..tmp"));
      renameSync(at("..tmp"), at("..data"));
      await tailer.waitFor("new\n");
      appendFileSync(at("v1/app.log"), "late\n");
      await tailer.waitFor("late\n");
      appendFileSync(at("v2/app.log"), "newer\n");
      await tailer.waitFor("newer\n");
      await tailer.stop();
      assert.equal(tailer.stdout, "old\nnew\nlate\nnewer\n");
    });
  });
}

describe("names and kinds of files", () => {
  it("names may hold spaces, quotes, glob characters, a leading dash, and bytes that are no text", async (t) => {
    const directory = temporaryDirectory(t);
    const names = ["with space.log", 'it\'s, "so".log', "[x]*.log", "-dash.log", "ünï.log", `${"n".repeat(251)}.log`];
    for (const name of names) writeFileSync(path.join(directory, name), `${name}\n`);
    const odd = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x66, 0xff, 0xfe]), Buffer.from(".log")]);
    writeFileSync(odd, "odd\n");
    const { stdout, code } = await runTool("log-tailer", ["--once", `${directory}/*.log`]);
    assert.equal(code, 0);
    assert.deepEqual(sorted(stdout), [...names, "odd"].sort());
    const literal = await runTool("log-tailer", ["--once", path.join(directory, "[x]*.log")]);
    assert.equal(literal.stdout, "[x]*.log\n");
  });

  it("a FIFO and a compressed file are named once and never block; directories are passed over", async (t) => {
    const directory = temporaryDirectory(t);
    execFileSync("mkfifo", [path.join(directory, "pipe.log")]);
    mkdirSync(path.join(directory, "dir.log"));
    writeFileSync(path.join(directory, "old.log.gz"), "x");
    writeFileSync(path.join(directory, "app.log"), "one\n");
    const tailer = await startTailer(t, [`${directory}/*`]);
    await tailer.waitFor("one\n");
    appendFileSync(path.join(directory, "app.log"), "two\n");
    await tailer.waitFor("two\n");
    await tailer.stop();
    const warned = tailer.logs.filter(({ level }) => level === "warn").map(({ file }) => path.basename(String(file)));
    assert.deepEqual(warned.sort(), ["old.log.gz", "pipe.log"]);
    assert.equal(tailer.stdout, "one\ntwo\n");
  });

  it("`**` crosses directories, but not hidden ones", async (t) => {
    const directory = temporaryDirectory(t);
    for (const below of ["", "a", "a/b", ".hidden", "a/.hidden"]) {
      mkdirSync(path.join(directory, below), { recursive: true });
      writeFileSync(path.join(directory, below, "app.log"), `${below || "top"}\n`);
    }
    const { stdout } = await runTool("log-tailer", ["--once", `${directory}/**/*.log`, ...options({})]);
    assert.deepEqual(sorted(stdout), ["a", "a/b", "top"]);
  });
});
