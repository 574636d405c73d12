import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { verify } from "../stage/verify.ts";

function play({ stage, run }, environment = {}) {
  const log = stage.path("/var/log/app/file.log");
  return { log, running: run("busylog", { BUSYLOG_FILE: log, INTERVAL_SECONDS: "0.2", ...environment }) };
}

await verify(import.meta.dirname, {
  "the date comes out as RFC 3339, in JSON": async (scene) => {
    const { log, running } = play(scene);
    await eventually(() => appendFileSync(log, "Mon Apr 22 14:29:49 UTC 2024#This is log\n"));
    const output = await running.waitFor(/^.*2024-04-22T14:29:49\.000Z.*$/m);
    const line = output.split("\n").find((candidate) => candidate.includes("2024-04-22T14:29:49"));
    const { time, message } = JSON.parse(line);
    assert.deepEqual([time, message], ["2024-04-22T14:29:49.000Z", "This is log"]);
  },
  "with a template for the output it is a line of text again": async (scene) => {
    const { log, running } = play(scene, { OUTRIGGER_LOGS__OUTPUT: '{ template: "{time} {message}" }' });
    await eventually(() => appendFileSync(log, "Mon Apr 22 14:29:49 UTC 2024#This is log\n"));
    await running.waitFor(/^2024-04-22T14:29:49\.000Z This is log$/m);
  },
  "the lines are counted": async (scene) => {
    play(scene);
    const metrics = `http://127.0.0.1:${scene.stage.port("metrics.port")}/metrics`;
    await eventually(async () => assert.match((await get(metrics)).body, /^log_lines_total (?:[3-9]|\d\d)/m));
  },
});
