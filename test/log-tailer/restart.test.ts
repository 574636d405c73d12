import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import type { ToolProcess } from "../harness/tool.ts";
import { numbers, type Settings, startTailer } from "./tailer.ts";

/** A watched file, a checkpoint, and the output of all runs so far. */
class Runs {
  readonly file: string;
  readonly checkpoint: string;
  output = "";
  tailer!: ToolProcess;
  readonly #t: TestContext;
  readonly #settings: Settings;
  readonly #pattern: string;

  constructor(t: TestContext, settings: Settings = {}, pattern = "app.log") {
    const directory = temporaryDirectory(t);
    this.#t = t;
    this.#settings = settings;
    this.file = path.join(directory, "logs/app.log");
    this.#pattern = path.join(directory, "logs", pattern);
    this.checkpoint = path.join(directory, "state/checkpoint.json");
    mkdirSync(path.dirname(this.file));
    mkdirSync(path.dirname(this.checkpoint));
    writeFileSync(this.file, "begin\n");
  }

  async start(): Promise<void> {
    const settings = { checkpoint: this.checkpoint, pollInterval: "50ms", ...this.#settings };
    this.tailer = await startTailer(this.#t, [this.#pattern], settings);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { code } = await this.tailer.stop(signal);
    if (signal === "SIGTERM") assert.equal(code, 0, this.tailer.stderr);
    this.output += this.tailer.stdout;
  }
}

describe("a restart with a checkpoint", () => {
  it("each line comes once: before, during, while stopped, after; the file is private and alone", async (t) => {
    const runs = new Runs(t);
    await runs.start();
    appendFileSync(runs.file, "during\nhalf");
    await runs.tailer.waitFor("during\n");
    await runs.stop();
    assert.equal(statSync(runs.checkpoint).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path.dirname(runs.checkpoint)), ["checkpoint.json"]);
    appendFileSync(runs.file, "\nstopped\n");
    await runs.start();
    appendFileSync(runs.file, "after\n");
    await runs.tailer.waitFor("after\n");
    await runs.stop();
    assert.equal(runs.output, "begin\nduring\nhalf\nstopped\nafter\n");
  });

  for (const pattern of ["app.log", "app*"]) {
    it(`rotated twice while stopped: the rest of the old, all of the unseen, all of the new (${pattern})`, async (t) => {
      const runs = new Runs(t, {}, pattern);
      await runs.start();
      await runs.tailer.waitFor("begin\n");
      await runs.stop();
      appendFileSync(runs.file, "rest\n");
      renameSync(runs.file, `${runs.file}.2`);
      writeFileSync(`${runs.file}.1`, "unseen\n");
      writeFileSync(runs.file, "new\n");
      await runs.start();
      await runs.tailer.waitFor("new\n");
      await runs.stop();
      await runs.start();
      await runs.stop();
      assert.equal(runs.output, "begin\nrest\nunseen\nnew\n");
    });

    it(`copytruncate while stopped: what only the copy has is recovered (${pattern})`, async (t) => {
      const runs = new Runs(t, {}, pattern);
      appendFileSync(runs.file, numbers(1, 500));
      await runs.start();
      await runs.tailer.waitFor("\n500\n");
      await runs.stop();
      appendFileSync(runs.file, numbers(501, 600));
      copyFileSync(runs.file, `${runs.file}.1`);
      truncateSync(runs.file);
      appendFileSync(runs.file, numbers(601, 700));
      await runs.start();
      await runs.tailer.waitFor("\n700\n");
      await runs.stop();
      await runs.start();
      await runs.stop();
      assert.equal(runs.output, `begin\n${numbers(1, 700)}`);
    });

    it(`a copy made before the stop is not read after it (${pattern})`, async (t) => {
      const runs = new Runs(t, {}, pattern);
      await runs.start();
      appendFileSync(runs.file, numbers(1, 100));
      await runs.tailer.waitFor("\n100\n");
      copyFileSync(runs.file, `${runs.file}.1`);
      truncateSync(runs.file);
      appendFileSync(runs.file, "next\n");
      await runs.tailer.waitFor("next\n");
      await runs.stop();
      await runs.start();
      appendFileSync(runs.file, "last\n");
      await runs.tailer.waitFor("last\n");
      await runs.stop();
      assert.equal(runs.output, `begin\n${numbers(1, 100)}next\nlast\n`);
    });
  }

  it("an inode that was used again while stopped is a new file", async (t) => {
    const runs = new Runs(t);
    await runs.start();
    await runs.tailer.waitFor("begin\n");
    await runs.stop();
    writeFileSync(runs.file, numbers(1, 100));
    await runs.start();
    await runs.tailer.waitFor("\n100\n");
    await runs.stop();
    assert.equal(runs.output, `begin\n${numbers(1, 100)}`);
  });

  it("start: end does not apply to a file that the checkpoint knows", async (t) => {
    const runs = new Runs(t, { start: "end" });
    await runs.start();
    appendFileSync(runs.file, "one\n");
    await runs.tailer.waitFor("one\n");
    await runs.stop();
    appendFileSync(runs.file, "two\n");
    await runs.start();
    await runs.tailer.waitFor("two\n");
    await runs.stop();
    assert.equal(runs.output, "one\ntwo\n");
  });

  /** A flow of lines and rotations in which every run but the last ends by this signal; returns the last line. */
  async function endInFlow(runs: Runs, signal: NodeJS.Signals): Promise<number> {
    let line = 0;
    for (let round = 0; round < 5; round++) {
      await runs.start();
      for (let burst = 0; burst < 10; burst++) {
        const end = line + 100;
        appendFileSync(runs.file, numbers(line + 1, end));
        line = end;
        if (burst === 4) renameSync(runs.file, `${runs.file}.${10 - round}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await runs.stop(round < 4 ? signal : "SIGTERM");
    }
    return line;
  }

  it("ended by SIGTERM in a flow with rotations: every line once, in order", async (t) => {
    const runs = new Runs(t);
    const last = await endInFlow(runs, "SIGTERM");
    assert.equal(runs.output, `begin\n${numbers(1, last)}`);
  });

  it("killed at any moment: nothing is lost, and only what followed the last save repeats", async (t) => {
    const runs = new Runs(t);
    const line = await endInFlow(runs, "SIGKILL");
    // A line that SIGKILL cut in the pipe comes again as a whole.
    const seen = new Set(runs.output.split("\n").map(Number));
    const missing = Array.from({ length: line }, (_, index) => index + 1).filter((number) => !seen.has(number));
    assert.deepEqual(missing, []);
  });

  it("progress is saved within a second, valid at every moment", async (t) => {
    const runs = new Runs(t);
    await runs.start();
    await runs.tailer.waitFor("begin\n");
    await eventually(() => assert.equal(JSON.parse(readFileSync(runs.checkpoint, "utf8")).entries[0].offset, 6), {
      ms: 10_000,
    });
    await runs.stop("SIGKILL");
    await runs.start();
    appendFileSync(runs.file, "next\n");
    await runs.tailer.waitFor("next\n");
    await runs.stop();
    assert.equal(runs.output, "begin\nnext\n");
  });
});

describe("a checkpoint that cannot be used", () => {
  it("cut at any byte, empty, foreign or newer: one warning, and start applies", async (t) => {
    const runs = new Runs(t);
    await runs.start();
    await runs.tailer.waitFor("begin\n");
    await runs.stop();
    const good = readFileSync(runs.checkpoint, "utf8");
    const bad = [
      "",
      good.slice(0, 10),
      good.slice(0, -3),
      "[1,2]",
      `{"version":2,"savedAt":1,"entries":[]}`,
      good.replace(/"offset":\d+/, '"offset":-1'),
    ];
    for (const text of bad) {
      writeFileSync(runs.checkpoint, text);
      await runs.start();
      await runs.tailer.waitFor("begin\n");
      assert.equal(runs.tailer.logs.filter(({ level }) => level === "warn").length, 1, text);
      await runs.stop();
    }
  });

  it("a directory that cannot be written to: one warning, and the lines come", async (t) => {
    const runs = new Runs(t, { checkpoint: "/proc/checkpoint.json" });
    await runs.start();
    appendFileSync(runs.file, "more\n");
    await runs.tailer.waitFor("more\n");
    await runs.stop();
    assert.equal(runs.tailer.logs.filter(({ level }) => level === "warn").length, 1);
    assert.equal(runs.output, "begin\nmore\n");
  });
});
