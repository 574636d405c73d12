import assert from "node:assert/strict";
import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../test/harness/eventually.ts";
import { verify } from "../stage/verify.ts";

/** Everything the application ever wrote, in the order of its files. */
const written = (...files) => files.map((file) => readFileSync(file, "utf8")).join("");

function play({ stage, run }, args = {}) {
  copyFileSync(join(import.meta.dirname, "appsettings.json"), stage.path("/config-in/appsettings.json"));
  const log = stage.path("/logs/timecheck.log");
  const running = run("timecheck", {
    APP_ENVIRONMENT: "TEST",
    Timer__IntervalSeconds: "0.1",
    TIMECHECK_CONFIG: stage.path("/config-out/appsettings.json"),
    TIMECHECK_LOG: log,
    ...args,
  });
  return { log, running };
}

const lines = (text) => text.split("\n").length - 1;

await verify(import.meta.dirname, {
  "stdout has the file's lines byte for byte from the first, though the file came after the tailer": async (scene) => {
    const { log, running } = play(scene);
    await eventually(() => assert.ok(lines(running.stdout) >= 5));
    await running.stop();
    assert.equal(running.stdout, written(log));
    assert.match(running.stdout, /^\d{4}-.* Environment: TEST; version: 1\.1; time check: /);
  },
  "a rotation by hand loses nothing and repeats nothing": async (scene) => {
    const { log, running } = play(scene);
    await eventually(() => assert.ok(lines(running.stdout) >= 3));
    renameSync(log, `${log}.1`);
    await eventually(() => assert.ok(lines(readFileSync(log, "utf8")) >= 3));
    await running.stop();
    assert.equal(running.stdout, written(`${log}.1`, log));
  },
});
