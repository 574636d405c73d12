import assert from "node:assert/strict";
import { appendFileSync, closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startTailer } from "./tailer.ts";

for (const watch of ["inotify", "poll"]) {
  describe(`several writers (${watch})`, () => {
    it("three that keep their files over two rotations: all lines, each writer's in order", async (t) => {
      const file = path.join(temporaryDirectory(t), "app.log");
      writeFileSync(file, "");
      const tailer = await startTailer(t, [file], { watch, pollInterval: "30ms", rotateGrace: "1m" });
      const writers = [openSync(file, "a")];
      const counts = [0, 0, 0];
      const write = async (rounds: number) => {
        for (let round = 0; round < rounds; round++, await setTimeout(5)) {
          for (const [id, fd] of writers.entries()) writeSync(fd, `${id} ${++counts[id]!}\n`);
        }
      };
      for (let rotation = 1; rotation <= 2; rotation++) {
        await write(20);
        if (rotation === 2) renameSync(`${file}.1`, `${file}.2`);
        renameSync(file, `${file}.1`);
        writers.push(openSync(file, "a"));
      }
      await write(20);
      for (const fd of writers) closeSync(fd);
      await eventually(() => assert.equal(tailer.stdout.split("\n").length - 1, 60 + 40 + 20));
      assert.equal((await tailer.stop()).code, 0);
      for (const [id, count] of counts.entries()) {
        const lines = tailer.stdout.split("\n").filter((line) => line.startsWith(`${id} `));
        assert.deepEqual(
          lines,
          Array.from({ length: count }, (_, index) => `${id} ${index + 1}`),
        );
      }
    });

    it("files that are empty at first, and a file that appears in an empty directory", async (t) => {
      const directory = temporaryDirectory(t);
      const at = (name: string) => path.join(directory, `${name}.log`);
      const tailer = await startTailer(t, [`${directory}/*.log`], { watch, pollInterval: "30ms" });
      for (const name of ["a", "b"]) writeFileSync(at(name), `${name} 1\n${name} 2\n`);
      for (const name of ["c", "d"]) writeFileSync(at(name), "");
      await eventually(() => assert.equal(tailer.stdout.split("\n").length - 1, 4));
      for (const name of ["a", "b", "c", "d"]) appendFileSync(at(name), `${name} 3\n`);
      await eventually(() => assert.equal(tailer.stdout.split("\n").length - 1, 8));
      const expected = ["a 1", "a 2", "a 3", "b 1", "b 2", "b 3", "c 3", "d 3"];
      assert.deepEqual(tailer.stdout.split("\n").filter(Boolean).sort(), expected);
    });
  });
}
