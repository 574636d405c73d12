import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { makeReadOnly } from "../stage/read-only.ts";
import { verify } from "../stage/verify.ts";

await verify(import.meta.dirname, {
  "check finds it before anything is applied": async ({ startTool }) => {
    const manifest = path.join(import.meta.dirname, "after.yaml");
    // The manifest speaks of the container's paths: the configuration as it is, not as it is on the stage.
    const configuration = path.join(import.meta.dirname, "outrigger.yaml");
    const checked = startTool("outrigger", ["check", "-c", configuration, "-f", manifest]);
    assert.deepEqual(await checked.exited, { code: 2, signal: null });
    assert.match(checked.stdout, /init container config-merge writes \/config-out\/version\.txt, .*readOnly/);
  },
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
