import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { verify } from "../stage/verify.ts";

/** A copy of the application in the stage's folder: its command line is no other process's. */
function play({ stage, startTool, startProgram }) {
  const program = stage.path("/timecheck.mjs");
  const apps = path.join(import.meta.dirname, "../apps/timecheck");
  copyFileSync(path.join(apps, "timecheck.mjs"), program);
  copyFileSync(path.join(apps, "appsettings.json"), stage.path("/appsettings.json"));
  const match = program.replaceAll(".", "\\.");
  startTool("healthz", [], {
    OUTRIGGER_HEALTH__CHECKS__app__PROCESS: match,
    OUTRIGGER_HEALTH__CHECKS__app__INTERVAL: "100ms",
  });
  startTool("metrics-exporter", ["--set", `metrics.processes[0].match=${match}`]);
  return {
    application: startProgram([process.execPath, program], { TIMECHECK_LOG: stage.path("/logs/timecheck.log") }),
    check: `http://127.0.0.1:${stage.port("health.port")}/healthz/app`,
    metrics: `http://127.0.0.1:${stage.port("metrics.port")}/metrics`,
  };
}

const answers = (url, status) => eventually(async () => assert.equal((await get(url)).status, status));
const counts = (url, number) =>
  eventually(async () => {
    const { body } = await get(url);
    assert.ok(body.includes(`namedprocess_namegroup_num_procs{groupname="timecheck"} ${number}\n`), body);
  });

await verify(import.meta.dirname, {
  "the neighbour's process is healthy while it runs, and 503 when it is killed": async (scene) => {
    const { application, check } = play(scene);
    await answers(check, 200);
    await application.stop("SIGKILL");
    await answers(check, 503);
  },
  "the neighbour's process is counted, with its memory": async (scene) => {
    const { application, metrics } = play(scene);
    await counts(metrics, 1);
    assert.match((await get(metrics)).body, /^namedprocess_namegroup_memory_bytes\{[^}]*\} [1-9]/m);
    await application.stop("SIGKILL");
    await counts(metrics, 0);
  },
});
