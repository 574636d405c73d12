import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { World } from "./world.ts";

// Found by the model with seed 203.
it("a file that was empty at the first look, and filled, copied and truncated while the output stalled, is read after its copy", async (t) => {
  const world = new World(temporaryDirectory(t), false);
  await world.look(1);
  world.write(1, false);
  world.copyTruncate();
  await world.truncate();
  world.stall();
  world.write(2, false);
  await world.look(3000);
  world.unstall();
  world.copyTruncate();
  world.write(2, false);
  // Reading goes on before the directory is looked at again.
  await setImmediate();
  assert.equal(await world.verdict(), undefined);
});

it("an empty file with the name of a backup is looked at again soon for a second, not for ever", async (t) => {
  const directory = temporaryDirectory(t);
  const world = new World(directory, false);
  await world.look(1);
  writeFileSync(join(directory, "app.log.1"), "");
  await world.look(1);
  assert.equal(world.isUndecided, true);
  await world.look(1000);
  assert.equal(world.isUndecided, false);
  await world.close();
});
