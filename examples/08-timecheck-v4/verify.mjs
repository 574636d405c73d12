import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { verify } from "../stage/verify.ts";

const series = 'timechecks_total{environment="TEST",version="1.1"}';

function play({ stage, run, startApplication, startTool }, { apart = false } = {}) {
  copyFileSync(join(import.meta.dirname, "appsettings.json"), stage.path("/config-in/appsettings.json"));
  const log = stage.path("/logs/timecheck.log");
  const environment = {
    APP_ENVIRONMENT: "TEST",
    Timer__IntervalSeconds: "0.1",
    TIMECHECK_CONFIG: stage.path("/config-out/appsettings.json"),
    TIMECHECK_LOG: log,
    // The example waits 15 s for a line; nobody wants to wait that long for a verdict.
    OUTRIGGER_HEALTH__CHECKS__heartbeat__MAX_AGE: "1s",
    OUTRIGGER_HEALTH__CHECKS__heartbeat__INTERVAL: "100ms",
  };
  const health = `http://127.0.0.1:${stage.port("health.port")}`;
  const metrics = `http://127.0.0.1:${stage.port("metrics.port")}`;
  if (!apart) return { log, health, metrics, running: run("timecheck", environment) };
  startTool("healthz", [], environment);
  return { log, health, metrics, running: startApplication("timecheck", environment) };
}

await verify(import.meta.dirname, {
  'health answers {"status": "OK"} while lines are written': async (scene) => {
    const { health } = play(scene);
    const { body, headers } = await eventually(async () => {
      const answer = await get(health);
      assert.equal(answer.status, 200);
      return answer;
    });
    assert.equal(body.trimEnd(), '{"status": "OK"}');
    assert.equal(headers["content-type"], "application/json");
  },
  "a stopped application is 503, a resumed one 200 again": async (scene) => {
    const { health, running } = play(scene, { apart: true });
    const answers = (status) => eventually(async () => assert.equal((await get(health)).status, status));
    await answers(200);
    running.signal("SIGSTOP");
    await answers(503);
    running.signal("SIGCONT");
    await answers(200);
  },
  "the counter has HELP and TYPE and is the number of lines in the file": async (scene) => {
    const { metrics, log } = play(scene);
    await eventually(async () => {
      const { body } = await get(metrics);
      assert.match(body, /^# HELP timechecks_total /m);
      assert.match(body, /^# TYPE timechecks_total counter$/m);
      const sample = body.split("\n").find((line) => line.startsWith(series));
      const value = Number(sample?.slice(series.length));
      const written = readFileSync(log, "utf8").split("\n").length - 1;
      assert.ok(value >= 6 && written - value <= 1, `${value} counted, ${written} written`);
    });
  },
  "the log still arrives on stdout": async (scene) => {
    const { log, running } = play(scene);
    await running.waitFor(/Environment: TEST; version: 1\.1; time check: /);
    await running.stop();
    assert.equal(running.stdout, readFileSync(log, "utf8"));
  },
});
