import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { eventually } from "../../../test/harness/eventually.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { follow } from "../src/follow.ts";

/** Follows a file whose disk fails after the first line. */
async function begin(t: TestContext) {
  const file = join(temporaryDirectory(t), "app.log");
  fs.writeFileSync(file, "first\n");
  let output = "";
  const follower = follow({
    sources: [{ files: [file] }],
    pollInterval: 20,
    log: silentLog,
    consumer: {
      data(_generation, { bytes }) {
        output += bytes.toString();
      },
      flush() {},
      end() {},
    },
  });
  t.after(() => follower.close());
  await eventually(() => assert.equal(output, "first\n"), { ms: 10_000 });
  const { ino } = fs.statSync(file);
  const { readSync, fstatSync } = fs;
  t.mock.method(fs, "readSync", (...args: Parameters<typeof readSync>) => {
    if (fstatSync(args[0]).ino === ino) throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    return readSync(...args);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  fs.appendFileSync(file, "second\n");
  return { file, follower, output: () => output };
}

it("a file that cannot be read any more does not keep its successor from being read", async (t) => {
  const { file, output } = await begin(t);
  fs.renameSync(file, `${file}.1`);
  fs.writeFileSync(file, "third\n");
  await eventually(() => assert.equal(output(), "first\nthird\n"), { ms: 10_000 });
});

it("what cannot be read is unread at the end", async (t) => {
  const { file, follower } = await begin(t);
  assert.deepEqual(await follower.drain({ timeout: 10_000 }), [{ file, bytes: 7 }]);
});
