import assert from "node:assert/strict";
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import type { ToolProcess } from "../harness/tool.ts";
import { metric, numbers, type Settings, startTailer } from "./tailer.ts";

/** Does something to the files while the tool cannot look: what it sees afterwards is one change. */
function unseen(tailer: ToolProcess, action: () => void): void {
  tailer.signal("SIGSTOP");
  action();
  tailer.signal("SIGCONT");
}

async function ends(tailer: ToolProcess, expected: string): Promise<void> {
  await eventually(() => assert.ok(tailer.stdout.length >= expected.length, `${tailer.stdout.length} bytes`));
  assert.deepEqual(await tailer.stop(), { code: 0, signal: null });
  assert.equal(tailer.stdout, expected);
}

for (const watch of ["inotify", "poll"]) {
  const begin = async (t: TestContext, settings: Settings = {}, pattern = "app.log") => {
    const directory = temporaryDirectory(t);
    const file = path.join(directory, "app.log");
    writeFileSync(file, "begin\n");
    const tailer = await startTailer(t, [path.join(directory, pattern)], { watch, pollInterval: "30ms", ...settings });
    await tailer.waitFor("begin\n");
    return { tailer, file };
  };

  describe(`renaming (${watch})`, () => {
    it("late writes to the renamed file come, and those to the new one", async (t) => {
      const { tailer, file } = await begin(t, { rotateGrace: "1m" });
      const old = openSync(file, "a");
      renameSync(file, `${file}.1`);
      writeFileSync(file, "new 1\n");
      await tailer.waitFor("new 1\n");
      writeSync(old, "late\n");
      closeSync(old);
      await tailer.waitFor("late\n");
      appendFileSync(file, "new 2\n");
      await ends(tailer, "begin\nnew 1\nlate\nnew 2\n");
    });

    it("the grace counts from the last byte: a slow writer keeps its file open", async (t) => {
      const { tailer, file } = await begin(t, { rotateGrace: "2s" });
      const old = openSync(file, "a");
      renameSync(file, `${file}.1`);
      for (let line = 1; line <= 6; line++) {
        writeSync(old, `late ${line}\n`);
        await tailer.waitFor(`late ${line}\n`);
        const written = performance.now();
        await eventually(() => assert.ok(performance.now() - written > 600));
      }
      closeSync(old);
    });

    it("generations that were never seen under the watched name are read whole, oldest first", async (t) => {
      const { tailer, file } = await begin(t);
      unseen(tailer, () => {
        for (let rotation = 1; rotation <= 5; rotation++) {
          for (let number = rotation; number >= 1; number--) {
            if (readdirSync(path.dirname(file)).includes(`app.log.${number}`))
              renameSync(`${file}.${number}`, `${file}.${number + 1}`);
          }
          renameSync(file, `${file}.1`);
          writeFileSync(file, numbers(rotation * 10, rotation * 10 + 9));
        }
      });
      await ends(tailer, `begin\n${numbers(10, 59)}`);
    });

    for (const names of [(n: number) => `app.log-2026013${n}`, (n: number) => `app-2026-01-3${n}.log`]) {
      it(`dated names such as ${names(1)}, inside the glob, one tick apart`, async (t) => {
        const { tailer, file } = await begin(t, {}, "app*");
        const directory = path.dirname(file);
        unseen(tailer, () => {
          for (let rotation = 1; rotation <= 5; rotation++) {
            renameSync(file, path.join(directory, names(rotation)));
            writeFileSync(file, numbers(rotation * 10, rotation * 10 + 9));
          }
        });
        await ends(tailer, `begin\n${numbers(10, 59)}`);
      });
    }

    it("backups that were there at the first look are history", async (t) => {
      const directory = temporaryDirectory(t);
      const file = path.join(directory, "app.log");
      writeFileSync(`${file}.1`, "history\n");
      writeFileSync(file, "begin\n");
      const tailer = await startTailer(t, [file], { watch });
      await tailer.waitFor("begin\n");
      renameSync(`${file}.1`, `${file}.2`);
      renameSync(file, `${file}.1`);
      writeFileSync(file, "next\n");
      await tailer.waitFor("next\n");
      await ends(tailer, "begin\nnext\n");
    });

    it("a file that is moved away and back goes on where it was", async (t) => {
      const { tailer, file } = await begin(t, { rotateGrace: "200ms" });
      const away = path.join(temporaryDirectory(t), "away");
      renameSync(file, away);
      await eventually(() => assert.ok(!openFiles(tailer).includes(away), "closed after the grace"), { ms: 20_000 });
      renameSync(away, file);
      appendFileSync(file, "back\n");
      await ends(tailer, "begin\nback\n");
    });

    it("an inode number that is used again is a new file", async (t) => {
      const { tailer, file } = await begin(t, { rotateGrace: "100ms" });
      for (let round = 1; round <= 4; round++) {
        unseen(tailer, () => {
          rmSync(`${file}.2`, { force: true });
          if (readdirSync(path.dirname(file)).includes("app.log.1")) renameSync(`${file}.1`, `${file}.2`);
          renameSync(file, `${file}.1`);
          writeFileSync(file, numbers(round * 100, round * 100 + 20));
        });
        await tailer.waitFor(`\n${round * 100 + 20}\n`);
      }
      await ends(tailer, `begin\n${[1, 2, 3, 4].map((round) => numbers(round * 100, round * 100 + 20)).join("")}`);
    });
  });

  describe(`truncation (${watch})`, () => {
    for (const [name, next] of [
      ["shorter", "x\n"],
      ["longer in one go", numbers(100, 200)],
      ["exactly as long", "BEGIN\n"],
    ] as const) {
      it(`rewritten ${name}`, async (t) => {
        const { tailer, file } = await begin(t);
        unseen(tailer, () => writeFileSync(file, next));
        await ends(tailer, `begin\n${next}`);
      });
    }

    it("the hole that a writer without O_APPEND leaves is skipped", async (t) => {
      const { tailer, file } = await begin(t);
      const stale = openSync(file, "r+");
      writeSync(stale, numbers(1, 500), 6);
      await tailer.waitFor("\n500\n");
      unseen(tailer, () => {
        truncateSync(file);
        writeSync(stale, "after\n", 2000);
      });
      closeSync(stale);
      await ends(tailer, `begin\n${numbers(1, 500)}after\n`);
    });

    it("an unterminated line that was read survives", async (t) => {
      const port = await freePort();
      const { tailer, file } = await begin(t, { partialFlush: "10s", "admin.port": port });
      appendFileSync(file, "half");
      await eventually(async () => assert.equal(await metric(port, "read_bytes_total"), 10));
      truncateSync(file);
      appendFileSync(file, "next\n");
      await ends(tailer, "begin\nhalf\nnext\n");
    });
  });

  describe(`copytruncate (${watch})`, () => {
    for (const pattern of ["app.log", "app*"]) {
      it(`lines that only the copy has are recovered (${pattern})`, async (t) => {
        const { tailer, file } = await begin(t, {}, pattern);
        unseen(tailer, () => {
          appendFileSync(file, numbers(1, 100));
          copyFileSync(file, `${file}.1`);
          truncateSync(file);
          appendFileSync(file, numbers(101, 200));
        });
        await ends(tailer, `begin\n${numbers(1, 200)}`);
      });

      it(`a copy of what was read is not read again (${pattern})`, async (t) => {
        const { tailer, file } = await begin(t, {}, pattern);
        for (let round = 1; round <= 4; round++) {
          appendFileSync(file, numbers(round * 100, round * 100 + 99));
          await tailer.waitFor(`\n${round * 100 + 99}\n`);
          for (let number = round; number >= 1; number--) {
            if (number > 1) renameSync(`${file}.${number - 1}`, `${file}.${number}`);
          }
          copyFileSync(file, `${file}.1`);
          truncateSync(file);
        }
        appendFileSync(file, "end\n");
        await tailer.waitFor("end\n");
        await ends(tailer, `begin\n${numbers(100, 499)}end\n`);
      });

      it(`several between two looks (${pattern})`, async (t) => {
        const { tailer, file } = await begin(t, {}, pattern);
        unseen(tailer, () => {
          for (let round = 1; round <= 3; round++) {
            appendFileSync(file, numbers(round * 100, round * 100 + 99));
            for (let number = round; number > 1; number--) renameSync(`${file}.${number - 1}`, `${file}.${number}`);
            copyFileSync(file, `${file}.1`);
            truncateSync(file);
          }
          appendFileSync(file, "end\n");
        });
        await ends(tailer, `begin\n${numbers(100, 399)}end\n`);
      });
    }

    it("an unterminated line is completed from the copy", async (t) => {
      const port = await freePort();
      const { tailer, file } = await begin(t, { partialFlush: "10s", "admin.port": port });
      appendFileSync(file, "one ");
      await eventually(async () => assert.equal(await metric(port, "read_bytes_total"), 10));
      unseen(tailer, () => {
        appendFileSync(file, "line\n");
        copyFileSync(file, `${file}.1`);
        truncateSync(file);
        appendFileSync(file, "next\n");
      });
      await ends(tailer, "begin\none line\nnext\n");
    });

    it("three files, thirty lines, three times", async (t) => {
      const directory = temporaryDirectory(t);
      const files = ["a", "b", "c"].map((name) => path.join(directory, `${name}.log`));
      for (const file of files) writeFileSync(file, "");
      const tailer = await startTailer(t, [`${directory}/*.log`], { watch, pollInterval: "30ms" });
      const expected = new Set<string>();
      for (let round = 1; round <= 3; round++) {
        for (const file of files) {
          for (let line = 1; line <= 30; line++) {
            const text = `${path.basename(file)} ${round} ${line}`;
            expected.add(text);
            appendFileSync(file, `${text}\n`);
          }
        }
        for (const file of files) {
          copyFileSync(file, `${file}.${round}`);
          truncateSync(file);
        }
      }
      await tailer.stop();
      const lines = tailer.stdout.split("\n").filter(Boolean);
      assert.equal(lines.length, 270);
      assert.deepEqual(new Set(lines), expected);
    });
  });

  describe(`deletion (${watch})`, () => {
    it("unread bytes of a deleted file come, and its unterminated end; then the new file", async (t) => {
      const { tailer, file } = await begin(t);
      unseen(tailer, () => {
        appendFileSync(file, `${numbers(1, 1000)}half`);
        unlinkSync(file);
        writeFileSync(file, "new\n");
      });
      await eventually(() => assert.equal(tailer.stdout.length, `begin\n${numbers(1, 1000)}half\nnew\n`.length));
      const lines = tailer.stdout.split("\n");
      assert.deepEqual(
        [...lines].sort(),
        [..."begin\nhalf\nnew\n".split("\n"), ...numbers(1, 1000).split("\n").slice(0, -1)].sort(),
      );
    });

    it("the descriptor is given back after the grace", async (t) => {
      const { tailer, file } = await begin(t, { rotateGrace: "300ms" });
      assert.ok(openFiles(tailer).includes(file));
      unlinkSync(file);
      const deleted = performance.now();
      await eventually(() => assert.ok(!openFiles(tailer).some((name) => name.startsWith(file))), { ms: 10_000 });
      assert.ok(performance.now() - deleted > 250, "not before the grace is over");
    });
  });
}

function openFiles({ pid }: ToolProcess): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
