import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { it, type TestContext } from "node:test";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { World } from "./world.ts";

/** Milliseconds that a read takes here. */
const readTime = 6;

/** Makes every read slow, and lets something happen while the first one that does not block is under way. */
function slowDown(t: TestContext, during: () => void): void {
  const { readSync, read } = fs;
  t.mock.method(fs, "readSync", (...args: Parameters<typeof readSync>) => {
    const end = performance.now() + readTime;
    while (performance.now() < end);
    return readSync(...args);
  });
  let isFirst = true;
  t.mock.method(fs, "read", (...args: unknown[]) => {
    const done = args.pop() as (...results: unknown[]) => void;
    const reply = (...results: unknown[]) => {
      if (isFirst) during();
      isFirst = false;
      done(...results);
    };
    return (read as (...args: unknown[]) => void)(...args, reply);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

for (const fresh of [0, 1]) {
  it(`what is written and rotated during a slow read that brings ${fresh} lines comes before its successor`, async (t) => {
    const world = new World(temporaryDirectory(t), false);
    let isRead = false;
    slowDown(t, () => {
      isRead = true;
      world.write(1, true);
      world.rename();
      world.write(1, true);
      world.scan();
    });
    await world.look(1);
    world.write(1, true);
    await world.look(1);
    if (fresh > 0) world.write(fresh, true);
    await world.look(1);
    assert.ok(isRead, "no read was slow");
    assert.equal(await world.verdict(), undefined);
  });
}
