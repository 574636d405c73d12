import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import type { Check } from "../src/checks/check.ts";
import type { CheckDefinition } from "../src/definition.ts";
import { CheckFailure } from "../src/failure.ts";
import { Health } from "../src/health.ts";
import { HealthMetrics } from "../src/metrics.ts";
import { judge } from "../src/verdict.ts";
import { FakeClock } from "./fake-clock.ts";

type Behaviour = Check["run"];

const fine: Behaviour = () => Promise.resolve();
const fail: Behaviour = () => Promise.reject(new CheckFailure("mismatch", "no good"));
const hang: Behaviour = () => new Promise(() => {});

/** A health whose checks do what the behaviour under their port says. */
function setUp() {
  const clock = new FakeClock();
  const behaviours: Record<number, Behaviour> = {};
  const health = new Health({
    createCheck: (spec) => ({ run: (signal) => behaviours[spec.type === "tcp" ? spec.port : 0]!(signal) }),
    clock,
    log: silentLog,
    metrics: new HealthMetrics(new Registry()),
  });
  const define = (
    name: string,
    port: number,
    behaviour: Behaviour,
    given: Partial<CheckDefinition> = {},
  ): CheckDefinition => {
    behaviours[port] = behaviour;
    const defaults = { interval: 10_000, timeout: 1000, fall: 3, rise: 1, startPeriod: 0, live: false, critical: true };
    return { ...defaults, ...given, name, spec: { type: "tcp", host: "x", port } };
  };
  const ready = () => judge(health, "readyz").ok;
  return { clock, health, define, ready };
}

test("the old set stays in force until each new check has its verdict", async () => {
  const { clock, health, define, ready } = setUp();
  health.start([define("a", 1, fine)]);
  await clock.pass(100);
  const slow = define("a", 2, () => new Promise((resolve) => void clock.after(700, resolve)), { rise: 2 });
  const reloaded = health.reload([slow]);
  for (let waited = 0; waited < 3000; waited += 100) {
    await clock.pass(100);
    assert.equal(ready(), true);
  }
  await clock.pass(10_000);
  await reloaded;
  assert.equal(ready(), true);
  assert.equal(health.started, true);
});

test("a new check that fails takes part after its first failure, and start-up stays latched", async () => {
  const { clock, health, define, ready } = setUp();
  health.start([define("a", 1, fine)]);
  await clock.pass(100);
  const reloaded = health.reload([define("a", 1, fine), define("b", 2, fail)]);
  await clock.pass(100);
  await reloaded;
  assert.equal(ready(), false);
  assert.deepEqual([health.started, judge(health, "startupz").ok], [true, true]);
});

test("an unchanged check goes on through a reload, without an additional run", async () => {
  const { clock, health, define } = setUp();
  let runs = 0;
  const counted: Behaviour = async () => void runs++;
  health.start([define("a", 1, counted)]);
  await clock.pass(100);
  await health.reload([define("a", 1, counted)]);
  await clock.pass(100);
  assert.equal(runs, 1);
  assert.equal(health.check("a")?.status, "OK");
});

test("a changed definition makes another check", async () => {
  const { clock, health, define } = setUp();
  health.start([define("a", 1, fine)]);
  await clock.pass(100);
  const { since } = health.check("a")!;
  await clock.pass(100);
  const reloaded = health.reload([{ ...define("a", 1, fine), fall: 4 }]);
  await clock.pass(100);
  await reloaded;
  assert.notEqual(health.check("a")!.since, since);
});

test("a run that cannot be ended holds up the stop for less than a second", async () => {
  const { clock, health, define, ready } = setUp();
  health.start([define("stuck", 1, hang)]);
  await clock.pass(100);
  const stopped = health.stop();
  assert.equal(ready(), false);
  await clock.pass(900);
  await stopped;
});

test("the last changes of status are kept, the newest first", async () => {
  const { clock, health, define } = setUp();
  let good = true;
  health.start([define("a", 1, () => (good ? fine : fail)(new AbortController().signal), { fall: 1 })]);
  await clock.pass(100);
  good = false;
  await clock.pass(10_000);
  assert.deepEqual(
    health.history.map(({ check, to, failure }) => [check, to, failure?.text]),
    [
      ["a", "FAIL", "no good"],
      ["a", "OK", undefined],
    ],
  );
});
