import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { describe, it, type TestContext } from "node:test";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { World } from "./world.ts";

/** What a scan asks the system, and what it opens and reads. */
const calls = ["readdirSync", "statSync", "lstatSync", "fstatSync", "openSync", "readSync"] as const;

/** How many system calls lie between two rotations in the middle of a look, and how many come. */
const tempos = [
  { period: 1, rotations: 6 },
  { period: 20, rotations: 6 },
];
type Tempo = (typeof tempos)[number];

/** One in so many system calls is where a run begins to be interrupted: each part of a scan is met, in a few seconds. */
const step = 5;

const styles = {
  rename: (world: World) => world.rename(),
  copytruncate: (world: World) => world.copyTruncate(),
};

/** Lets something happen again and again between the system calls that follow. */
class Interruptions {
  /** System calls so far. */
  count = 0;
  readonly #t: TestContext;

  constructor(t: TestContext, from: number, { period, rotations }: Tempo, action: () => void) {
    this.#t = t;
    let isBusy = false;
    for (const call of calls) {
      const original = fs[call] as (...args: unknown[]) => unknown;
      t.mock.method(fs, call, (...args: unknown[]) => {
        const since = isBusy ? -1 : ++this.count - from;
        if (since >= 0 && since % period === 0 && since < rotations * period) {
          isBusy = true;
          action();
          isBusy = false;
        }
        return original(...args);
      });
    }
    syncBuiltinESMExports();
  }

  end(): void {
    this.#t.mock.restoreAll();
    syncBuiltinESMExports();
  }
}

interface Play {
  readonly style: (world: World) => void;
  readonly inGlob: boolean;
  readonly tempo: Tempo;
  /** The number of the system call before which the first rotation in the middle of the look comes. */
  readonly from: number;
}

/**
 * One look at a file that was rotated unseen, and is rotated in the middle of the look.
 * @returns false when the look was over before the first of these rotations
 */
async function play(t: TestContext, { style, inGlob, tempo, from }: Play): Promise<boolean> {
  const world = new World(temporaryDirectory(t), inGlob);
  await world.look(1);
  world.write(2, true);
  await world.look(1);
  const rotate = () => {
    style(world);
    world.write(2, true);
  };
  for (let rotation = 0; rotation < 3; rotation++) rotate();
  const interruptions = new Interruptions(t, from, tempo, rotate);
  await world.look(1);
  interruptions.end();
  assert.equal(await world.verdict(), undefined, `first interrupted at system call ${from}`);
  return interruptions.count >= from;
}

for (const [name, style] of Object.entries(styles)) {
  for (const inGlob of [false, true]) {
    describe(`${name}, with the backups ${inGlob ? "inside" : "outside"} the glob`, () => {
      for (const tempo of tempos) {
        const { period, rotations } = tempo;
        it(`${rotations} rotations in one look, ${period} system calls apart: every line once, in order`, async (t) => {
          let from = 1;
          while (await play(t, { style, inGlob, tempo, from })) from += step;
          assert.ok(from > 20, `the look took ${from - 1} system calls only: nothing was interrupted`);
        });
      }
    });
  }
}
