// The tool itself stands still (throttled, stopped, starved): its trouble is not the application's.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { type Healthz, metric, startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

const TIMEOUT_MS = 4000;

const runs = (healthz: Healthz, result: string) =>
  metric(healthz, `outrigger_health_check_runs_total{check="web",result="${result}"}`);

/** Starts a healthz that is stopped in the middle of a run, and continued `ms` after the target has answered that. */
async function standStill(t: TestContext, ms: number): Promise<Healthz> {
  let healthz: Healthz | undefined;
  let asked = 0;
  const target = await startTarget(t, async (_request, response) => {
    // It may have begun more than one run before we know it.
    if (healthz === undefined || ++asked > 1) return response.end();
    // The tool waits for this very answer, so a run is under way.
    healthz.tool.signal("SIGSTOP");
    response.end();
    await delay(ms);
    healthz.tool.signal("SIGCONT");
  });
  const check = { http: target.url, interval: "1s", timeout: `${TIMEOUT_MS}ms`, fall: 1 };
  healthz = await startHealthz(t, { checks: { web: check } });
  await eventually(() => assert.ok(asked >= 2), { ms: 60_000 });
  await healthz.until("/readyz", 200);
  return healthz;
}

test("a run that the tool's own standstill spoiled is discarded and repeated, not counted against the application", async (t) => {
  // More than half a timeout too late.
  const healthz = await standStill(t, TIMEOUT_MS * 1.5 + 200);
  assert.equal(await runs(healthz, "discarded"), 1);
  assert.equal(await runs(healthz, "failure"), 0);
});

test("an answer that came in time is not a timeout because the tool stood still when its timer was due", async (t) => {
  const healthz = await standStill(t, TIMEOUT_MS * 1.2);
  assert.equal(await runs(healthz, "failure"), 0);
});
