import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { metric, startHealthz } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

test("`fall` and `rise` count runs in a row, and each change is logged once", async (t) => {
  const answers = [...["S", "F", "F", "S", "F", "F", "F", "S", "F", "S"]];
  const target = await startTarget(t, (request, response) => {
    // After the last answer the application stays as it is.
    const next = answers.length > 1 ? answers.shift() : answers[0];
    status(next === "S" ? 200 : 500)(request, response);
  });
  const healthz = await startHealthz(t, {
    checks: { web: { http: target.url, interval: "50ms", timeout: "10s", fall: 3, rise: 2 } },
  });
  await healthz.until("/readyz", 200);
  assert.ok(target.hits >= 11, `${target.hits} runs`);
  const changes = () =>
    healthz.tool.logs.filter(({ check }) => check === "web").map(({ level, msg }) => `${level} ${msg}`);
  await eventually(() => assert.deepEqual(changes(), ["warn check has failed", "info check is OK"]));
  assert.equal(await metric(healthz, 'outrigger_health_check_transitions_total{check="web",to="FAIL"}'), 1);
  assert.equal(await metric(healthz, 'outrigger_health_check_up{check="web",type="http"}'), 1);
  assert.equal(await metric(healthz, 'outrigger_health_up{endpoint="readyz"}'), 1);
});

test("within the start period failures do not make /livez fail", async (t) => {
  const target = await startTarget(t, status(500));
  const healthz = await startHealthz(t, {
    checks: { web: { http: target.url, interval: "20ms", fall: 1, live: true, startPeriod: "3s" } },
  });
  await healthz.until("/livez", 200);
  await healthz.until("/livez", 503);
  assert.ok(performance.now() - healthz.startedAt >= 3000);
});

test("a slow start is seen soon, whatever the interval", async (t) => {
  const target = await startTarget(t, status(503));
  const healthz = await startHealthz(t, { checks: { web: { http: target.url, interval: "1h", fall: 3 } } });
  await healthz.until("/readyz", 503);
  target.listener = status(200);
  await healthz.until("/readyz", 200);
});
