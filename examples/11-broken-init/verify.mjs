import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { makeReadOnly } from "../stage/read-only.ts";
import { verify } from "../stage/verify.ts";

await verify(import.meta.dirname, {
  "the message names the path, the reason and the remedy; nothing is written; the application does not start": async ({
    stage,
    run,
  }) => {
    const directory = stage.path("/config-out");
    const restore = makeReadOnly(directory);
    if (restore === undefined) return "root may not mount here";
    try {
      const failed = run("numbers-web", { PORT: "0" });
      assert.deepEqual(await failed.exited, { code: 6, signal: null });
      assert.match(failed.stderr, /config-out\/version\.txt/);
      assert.match(failed.stderr, /read-only|permission/i);
      assert.match(failed.stderr, /volumeMount|fsGroup/);
      assert.deepEqual(readdirSync(directory), []);
    } finally {
      restore();
    }
  },
});
