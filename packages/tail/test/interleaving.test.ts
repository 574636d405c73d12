import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { describe, it, type TestContext } from "node:test";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { World } from "./world.ts";

/** What a scan asks the system, and what it opens and reads. */
const calls = ["readdirSync", "statSync", "lstatSync", "fstatSync", "openSync", "readSync"] as const;

/** How rotations come between the system calls of a look. */
interface Tempo {
  readonly name: string;
  /** System calls from one interruption to the next. */
  readonly period: number;
  readonly rotations: number;
  /** Each step of a rotation is an interruption of its own: names are looked at while they are shifted. */
  readonly isStepwise: boolean;
  /** One in so many system calls is where a run begins to be interrupted: each part of a scan is met, in a few seconds. */
  readonly stride: number;
}

const tempos: readonly Tempo[] = [
  { name: "6 rotations, one at each system call", period: 1, rotations: 6, isStepwise: false, stride: 9 },
  { name: "6 rotations, one at every 20th system call", period: 20, rotations: 6, isStepwise: false, stride: 9 },
  { name: "2 rotations, a step at each system call", period: 1, rotations: 2, isStepwise: true, stride: 3 },
  { name: "3 rotations, a step at every 7th system call", period: 7, rotations: 3, isStepwise: true, stride: 3 },
  { name: "10 rotations, a step at every 4th system call", period: 4, rotations: 10, isStepwise: true, stride: 7 },
];

type Style = (world: World) => Generator<void>;

const styles: Readonly<Record<string, Style>> = {
  rename: (world) => world.renaming(),
  copytruncate: (world) => world.copyTruncating(),
};

/** Rotations of a file that is written to in between; each turn is one interruption. */
function* rotating(world: World, style: Style, { rotations, isStepwise }: Tempo): Generator<void> {
  for (let rotation = 0; rotation < rotations; rotation++) {
    for (const _ of style(world)) if (isStepwise) yield;
    world.write(2, true);
    yield;
  }
}

/** Lets something happen bit by bit between the system calls that follow. */
class Interruptions {
  /** System calls so far. */
  count = 0;
  readonly #t: TestContext;

  constructor(t: TestContext, from: number, period: number, action: Generator<void>) {
    this.#t = t;
    let isBusy = false;
    for (const call of calls) {
      const original = fs[call] as (...args: unknown[]) => unknown;
      t.mock.method(fs, call, (...args: unknown[]) => {
        const since = isBusy ? -1 : ++this.count - from;
        if (since >= 0 && since % period === 0) {
          isBusy = true;
          action.next();
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
  readonly style: Style;
  readonly inGlob: boolean;
  readonly tempo: Tempo;
  /** The number of the system call before which the first interruption comes. */
  readonly from: number;
}

/**
 * One look at a file that was rotated unseen, and is rotated in the middle of the look.
 * @returns false when the look was over before the first interruption
 */
async function play(t: TestContext, { style, inGlob, tempo, from }: Play): Promise<boolean> {
  const world = new World(temporaryDirectory(t), inGlob);
  await world.look(1);
  world.write(2, true);
  await world.look(1);
  for (const _ of rotating(world, style, { ...tempo, rotations: 3 }));
  const rotations = rotating(world, style, tempo);
  const interruptions = new Interruptions(t, from, tempo.period, rotations);
  await world.look(1);
  interruptions.end();
  for (const _ of rotations);
  assert.equal(await world.verdict(), undefined, `first interrupted at system call ${from}`);
  return interruptions.count >= from;
}

for (const [name, style] of Object.entries(styles)) {
  for (const inGlob of [false, true]) {
    describe(`${name}, with the backups ${inGlob ? "inside" : "outside"} the glob`, () => {
      for (const tempo of tempos) {
        it(`${tempo.name}: every line once, in order`, async (t) => {
          let from = 1;
          while (await play(t, { style, inGlob, tempo, from })) from += tempo.stride;
          assert.ok(from > 20, `the look took ${from - 1} system calls only: nothing was interrupted`);
        });
      }
    });
  }
}

describe("a backup that has left its place whenever it is looked for", () => {
  for (const call of ["lstatSync", "openSync"] as const) {
    /** A file that was rotated unseen, and whose backup this system call never finds. */
    const begin = async (t: TestContext) => {
      const world = new World(temporaryDirectory(t), false);
      await world.look(1);
      world.rename();
      world.write(1, true);
      world.rename();
      world.write(1, true);
      const original = fs[call] as (...args: unknown[]) => unknown;
      t.mock.method(fs, call, (...args: unknown[]) => {
        if (String(args[0]).endsWith(".1")) throw Object.assign(new Error("renamed meanwhile"), { code: "ENOENT" });
        return original(...args);
      });
      syncBuiltinESMExports();
      const stop = () => {
        t.mock.restoreAll();
        syncBuiltinESMExports();
      };
      return { world, stop };
    };

    it(`is waited for, so that it comes before its successor (${call})`, async (t) => {
      const { world, stop } = await begin(t);
      await world.look(1);
      await world.look(998);
      assert.deepEqual(world.delivered(), []);
      stop();
      assert.equal(await world.verdict(), undefined);
    });

    it(`does not hold its successor up for more than a second (${call})`, async (t) => {
      const { world, stop } = await begin(t);
      await world.look(1);
      await world.look(1000);
      assert.deepEqual(world.delivered(), [2]);
      stop();
      await world.look(1);
      assert.deepEqual(world.delivered(), [2, 1]);
      await world.close();
    });
  }
});
