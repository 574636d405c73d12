import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import fc from "fast-check";
import { World } from "./world.ts";

/** Raise it for a long run. `MODEL_SEED` repeats a run that failed, `MODEL_PATH` only its shortest case: both are printed. */
const runs = Number(process.env.MODEL_RUNS ?? 2000);
const { MODEL_SEED: seed, MODEL_PATH: path } = process.env;

type Step = (world: World) => void | Promise<void>;

const count = fc.integer({ min: 1, max: 60 });
const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(count, fc.boolean())
      .map(([lines, whole]) => named(`write ${lines} ${whole}`, (world) => world.write(lines, whole))),
  },
  { weight: 2, arbitrary: count.map((lines) => named(`late ${lines}`, (world) => world.writeLate(lines))) },
  { weight: 3, arbitrary: fc.constant(named("rename", (world) => world.rename())) },
  { weight: 3, arbitrary: fc.constant(named("copytruncate", (world) => world.copyTruncate())) },
  { weight: 1, arbitrary: fc.constant(named("truncate", (world) => world.truncate())) },
  { weight: 1, arbitrary: fc.constant(named("unlink", (world) => world.unlink())) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(1, 900, 3000).map((time) => named(`look ${time}`, (world) => world.look(time))),
  },
  { weight: 1, arbitrary: fc.constant(named("stall", (world) => world.stall())) },
  { weight: 2, arbitrary: fc.constant(named("unstall", (world) => world.unstall())) },
  { weight: 1, arbitrary: fc.constant(named("save", (world) => world.save())) },
  { weight: 1, arbitrary: fc.constant(named("restart", (world) => world.restart())) },
  { weight: 1, arbitrary: fc.constant(named("kill", (world) => world.kill())) },
);

function named(name: string, step: Step): Step {
  return Object.assign(step, { toString: () => name });
}

it(`every line once, in order, whatever happens to the file (${runs} runs)`, async () => {
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.array(steps, { maxLength: 30, size: "max" }),
    async (inGlob, actions) => {
      const directory = mkdtempSync(join(tmpdir(), "outrigger-model-"));
      const world = new World(directory, inGlob);
      try {
        // Backups that are there at the first look are history.
        await world.look(1);
        for (const action of actions) await action(world);
        assert.equal(await world.verdict(), undefined);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  );
  await fc.assert(property, {
    numRuns: runs,
    includeErrorInReport: true,
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
  });
});
