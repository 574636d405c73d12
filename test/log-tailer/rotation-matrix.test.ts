// Every style of rotation, at every tempo, with events and without: no line lost, none twice.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import type { ToolProcess } from "../harness/tool.ts";
import { PipedTailer } from "./reader.ts";
import { holds, RotatedLog, type Style, styles, wrongLines } from "./rotated-log.ts";
import { metric, type Settings, startTailer } from "./tailer.ts";

const isShown = ({ stdout }: ToolProcess, line: number) => stdout.endsWith(`${line}\n`);

interface Tempo {
  readonly name: string;
  play(log: RotatedLog, style: Style, tailer: ToolProcess): Promise<void>;
}

const tempos: readonly Tempo[] = [
  {
    name: "each step seen",
    async play(log, style, tailer) {
      for (let rotation = 0; rotation < 3; rotation++) {
        log.write();
        await eventually(() => assert.ok(isShown(tailer, log.lines)));
        rotate(log, style);
        await eventually(() => assert.ok(holds(tailer.pid, log.file)));
      }
    },
  },
  {
    name: "as fast as it goes",
    async play(log, style, tailer) {
      for (let rotation = 0; rotation < 20; rotation++) {
        log.write();
        // What is deleted must have been opened: nobody can read what is gone before it was looked at.
        if (!style.keepsAll) await eventually(() => assert.ok(holds(tailer.pid, log.file)), { every: 1 });
        rotate(log, style);
        await setImmediate();
      }
    },
  },
  {
    name: "between two looks",
    async play(log, style, tailer) {
      for (let look = 0; look < 3; look++) {
        await eventually(() => assert.ok(holds(tailer.pid, log.file)));
        tailer.signal("SIGSTOP");
        for (let rotation = 0; rotation < (style.keepsAll ? 3 : 1); rotation++) {
          log.write();
          rotate(log, style);
          log.write();
        }
        tailer.signal("SIGCONT");
      }
    },
  },
];

function rotate(log: RotatedLog, style: Style): void {
  log.rotations++;
  style.rotate(log);
}

const settingsOf = (watch: string): Settings => ({ watch, pollInterval: "30ms", rotateGrace: "200ms" });

for (const watch of ["inotify", "poll"]) {
  for (const style of styles) {
    describe(`${style.name} (${watch})`, () => {
      const begin = (t: TestContext) => new RotatedLog(temporaryDirectory(t), style);

      for (const { name, play } of tempos) {
        it(`${name}: every line once, in order`, async (t) => {
          const log = begin(t);
          const tailer = await startTailer(t, [log.file], settingsOf(watch));
          await play(log, style, tailer);
          log.write();
          await eventually(() => assert.ok(isShown(tailer, log.lines)));
          assert.equal((await tailer.stop()).code, 0);
          assert.equal(wrongLines(tailer.stdout, log.lines), "");
        });
      }

      it("while the reader of the output stalls: every line once, in order", async (t) => {
        const log = begin(t);
        log.write(250_000);
        const port = await freePort();
        const tailer = new PipedTailer(t, [log.file], { ...settingsOf(watch), "admin.port": port });
        await eventually(async () => assert.ok((await metric(port, "write_blocked_seconds_total")) > 0));
        for (let rotation = 0; rotation < 5; rotation++) {
          log.write();
          await eventually(() => assert.ok(holds(tailer.tool, log.file)));
          rotate(log, style);
        }
        log.write();
        const text = tailer.readText();
        tailer.signal("SIGTERM");
        await tailer.exited;
        assert.equal(tailer.status, 0);
        assert.equal(wrongLines(text(), log.lines), "");
      });

      it("killed in between: nothing is lost, and what was saved does not come again", async (t) => {
        const log = begin(t);
        const checkpoint = path.join(temporaryDirectory(t), "checkpoint.json");
        const settings = { ...settingsOf(watch), checkpoint };
        const first = await startTailer(t, [log.file], settings);
        log.write();
        await eventually(() => assert.ok(isShown(first, log.lines)));
        rotate(log, style);
        log.write();
        await eventually(() => assert.ok(isShown(first, log.lines)));
        const saved = log.lines;
        await eventually(() => assert.ok(isSaved(log, checkpoint)));
        log.write();
        await eventually(() => assert.ok(isShown(first, log.lines)));
        rotate(log, style);
        log.write();
        await eventually(() => assert.ok(isShown(first, log.lines)));
        await first.stop("SIGKILL");
        if (style.keepsAll) {
          log.write();
          rotate(log, style);
        }
        log.write();
        const second = await startTailer(t, [log.file], settings);
        await eventually(() => assert.ok(isShown(second, log.lines)));
        assert.equal((await second.stop()).code, 0);
        const again = second.stdout.split("\n").slice(0, -1).map(Number);
        assert.ok(again[0]! > saved, `${again[0]} came again, although ${saved} was saved`);
        const all = new Set([...first.stdout.split("\n"), ...second.stdout.split("\n")]);
        assert.equal(all.size, log.lines + 1);
        assert.equal(new Set(again).size, again.length);
      });
    });
  }
}

/** Whether all that was written to the file so far is saved as dealt with. */
function isSaved({ file }: RotatedLog, checkpoint: string): boolean {
  const { ino, size } = statSync(file);
  const { entries } = JSON.parse(readFileSync(checkpoint, "utf8")) as {
    entries: { inode: string; offset?: number }[];
  };
  return entries.some(({ inode, offset }) => inode === String(ino) && offset === size);
}
