import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually } from "../../test/harness/eventually.ts";
import { verify } from "../stage/verify.ts";

await verify(import.meta.dirname, {
  "the application logs to its file, every interval, and nothing to stdout": async ({ stage, startApplication }) => {
    const log = stage.path("/logs/timecheck.log");
    const application = startApplication("timecheck", { TIMECHECK_LOG: log, Timer__IntervalSeconds: "0.2" });
    await eventually(() => {
      const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
      assert.ok(lines.length >= 3);
      for (const line of lines) {
        assert.match(
          line,
          /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d \[INF\] Environment: DEV; version: 1\.0; time check: \d\d:\d\d\.\d\d$/,
        );
      }
    });
    assert.equal(application.stdout, "");
  },
});
