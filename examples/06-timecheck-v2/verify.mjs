import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../test/harness/eventually.ts";
import { verify } from "../stage/verify.ts";

const source = join(import.meta.dirname, "appsettings.json");

/** What the application is given, and where its files are on the stage. */
function setUp(stage) {
  copyFileSync(source, stage.path("/config-in/appsettings.json"));
  const merged = stage.path("/config-out/appsettings.json");
  const log = stage.path("/logs/timecheck.log");
  return { merged, log, environment: { APP_ENVIRONMENT: "TEST", TIMECHECK_CONFIG: merged, TIMECHECK_LOG: log } };
}

await verify(import.meta.dirname, {
  "only the environment changes in the merged file, and the application reads it": async ({ stage, run }) => {
    const { merged, log, environment } = setUp(stage);
    run("timecheck", environment);
    await eventually(() => assert.match(readFileSync(log, "utf8"), /Environment: TEST; version: 1\.1;/));
    assert.equal(readFileSync(merged, "utf8"), readFileSync(source, "utf8").replace('"DEV"', '"TEST"'));
  },
  "without the variable nothing is written and the application does not start": async ({ stage, run }) => {
    const { merged, log, environment } = setUp(stage);
    const { APP_ENVIRONMENT: _, ...rest } = environment;
    const failed = run("timecheck", rest);
    assert.deepEqual(await failed.exited, { code: 5, signal: null });
    assert.match(failed.stderr, /APP_ENVIRONMENT/);
    assert.match(failed.stderr, /Application\.Environment/);
    assert.ok(!existsSync(merged) && !existsSync(log));
  },
  "a repeated run leaves the same file": async ({ stage, startTool }) => {
    const { merged, environment } = setUp(stage);
    assert.deepEqual(await startTool("config-merge", [], environment).exited, { code: 0, signal: null });
    const first = readFileSync(merged, "utf8");
    assert.deepEqual(await startTool("config-merge", [], environment).exited, { code: 0, signal: null });
    assert.equal(readFileSync(merged, "utf8"), first);
  },
  "malformed JSON ends with 4 and names line and column": async ({ stage, startTool }) => {
    const { merged, environment } = setUp(stage);
    writeFileSync(stage.path("/config-in/appsettings.json"), '{\n  "Application": {,}\n}\n');
    const failed = startTool("config-merge", [], environment);
    assert.deepEqual(await failed.exited, { code: 4, signal: null });
    assert.match(failed.stderr, /appsettings\.json:2:19/);
    assert.ok(!existsSync(merged));
  },
});
