// What happens to log files. Nothing here is unreadable by nature: between a copy and its truncation nothing is written, and
// what is overwritten or deleted was looked at before, or is still open.
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
} from "node:fs";
import type { Stage } from "./stage.ts";

export interface Scenario {
  readonly name: string;
  /** Makes the file what it is before anybody follows it; default: it is made by the first write. */
  prepare?(file: string): void;
  play(stage: Stage): Promise<void>;
}

const rotations = 5;

/** `app.log.1` becomes `app.log.2`, and so on. */
function shift(file: string): void {
  for (let number = rotations; number >= 1; number--) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
}

function create(file: string): void {
  closeSync(openSync(file, "wx"));
}

export const scenarios: readonly Scenario[] = [
  {
    name: "renamed and created, five times",
    async play(stage) {
      for (let rotation = 1; rotation <= rotations; rotation++) {
        stage.write(stage.file);
        await stage.pause();
        shift(stage.file);
        renameSync(stage.file, `${stage.file}.1`);
        create(stage.file);
        await stage.pause();
      }
    },
  },
  {
    name: "renamed; the writer goes on in the old file for a while",
    async play(stage) {
      const old = openSync(stage.file, "a");
      renameSync(stage.file, `${stage.file}.1`);
      create(stage.file);
      await stage.pause();
      stage.write(old);
      await stage.pause();
      stage.write(stage.file);
      await stage.pause();
      stage.write(old);
      closeSync(old);
    },
  },
  {
    name: "renamed when its last line had no end yet",
    async play(stage) {
      stage.write(stage.file, { ended: false });
      await stage.pause();
      renameSync(stage.file, `${stage.file}.1`);
      create(stage.file);
      await stage.pause();
    },
  },
  {
    name: "renamed and created, with an inode number that is used again",
    async play(stage) {
      for (let rotation = 1; rotation <= rotations; rotation++) {
        stage.write(stage.file);
        await stage.seen();
        rmSync(`${stage.file}.1`, { force: true });
        renameSync(stage.file, `${stage.file}.1`);
        create(stage.file);
        await stage.pause();
      }
    },
  },
  {
    name: "copied and truncated, five times",
    async play(stage) {
      for (let rotation = 1; rotation <= rotations; rotation++) {
        stage.write(stage.file);
        await stage.pause();
        shift(stage.file);
        copyFileSync(stage.file, `${stage.file}.1`);
        truncateSync(stage.file);
        stage.write(stage.file);
        await stage.pause();
      }
    },
  },
  {
    name: "rewritten with as many bytes",
    async play(stage) {
      await stage.seen();
      truncateSync(stage.file);
      await stage.pause();
      stage.write(stage.file);
    },
  },
  {
    name: "deleted and created",
    async play(stage) {
      stage.write(stage.file);
      unlinkSync(stage.file);
      create(stage.file);
      await stage.pause();
      stage.write(stage.file);
    },
  },
  {
    name: "deleted; the writer goes on in the old file for a while",
    async play(stage) {
      const old = openSync(stage.file, "a");
      unlinkSync(stage.file);
      await stage.pause();
      stage.write(old);
      await stage.pause();
      create(stage.file);
      stage.write(stage.file);
      stage.write(old);
      closeSync(old);
    },
  },
  {
    name: "a link, pointed elsewhere while the old target is written to",
    prepare(file) {
      symlinkSync(`${file}-v1`, file);
    },
    async play(stage) {
      stage.write(stage.file);
      create(`${stage.file}-v2`);
      symlinkSync(`${stage.file}-v2`, `${stage.file}-next`);
      renameSync(`${stage.file}-next`, stage.file);
      await stage.pause();
      stage.write(stage.file);
      stage.write(`${stage.file}-v1`);
      await stage.pause();
    },
  },
  {
    name: "moved away and back",
    async play(stage) {
      stage.write(stage.file);
      await stage.seen();
      renameSync(stage.file, `${stage.file}.away`);
      await stage.pause();
      renameSync(`${stage.file}.away`, stage.file);
      await stage.pause();
      stage.write(stage.file);
    },
  },
];
