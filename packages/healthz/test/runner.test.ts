import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "../src/checks/check.ts";
import { CheckFailure } from "../src/failure.ts";
import { Runner, type Schedule } from "../src/runner.ts";
import { FakeClock } from "./fake-clock.ts";

const SCHEDULE: Schedule = { interval: 10_000, timeout: 1000, fall: 3, rise: 1, startPeriod: 0 };

/** A runner over a check that does what the current `behaviour` says, with a record of all that happened. */
function setUp(given: Partial<Schedule> = {}) {
  const clock = new FakeClock();
  const starts: number[] = [];
  const happened: string[] = [];
  const world = { behaviour: (_signal: AbortSignal): Promise<void> => Promise.resolve() };
  const check: Check = {
    run(signal) {
      starts.push(clock.now());
      return world.behaviour(signal);
    },
  };
  const observer = {
    ran: (result: string) => happened.push(result),
    changed: (to: string) => happened.push(`-> ${to}`),
  };
  const runner = new Runner(check, { ...SCHEDULE, ...given }, observer, clock);
  return { clock, starts, happened, world, runner };
}

const fail = () => Promise.reject(new CheckFailure("mismatch", "no good"));
const hang = () => new Promise<void>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
const taking = (clock: FakeClock, ms: number) => () => new Promise<void>((resolve) => void clock.after(ms, resolve));

test("the first run starts at once, the next an interval after its start", async () => {
  const { clock, starts, world, runner } = setUp();
  world.behaviour = taking(clock, 400);
  runner.start();
  await clock.pass(25_000);
  assert.deepEqual(starts, [0, 10_000, 20_000]);
});

test("a run that takes longer than the interval is followed at once by the next, never accompanied", async () => {
  const { clock, starts, world, runner } = setUp({ interval: 1000, timeout: 5000 });
  world.behaviour = taking(clock, 2500);
  runner.start();
  await clock.pass(6000);
  assert.deepEqual(starts, [0, 2500, 5000]);
});

test("until the first success it is tried every second", async () => {
  const { clock, starts, world, runner } = setUp();
  world.behaviour = fail;
  runner.start();
  await clock.pass(2500);
  world.behaviour = () => Promise.resolve();
  await clock.pass(11_000);
  assert.deepEqual(starts, [0, 1000, 2000, 3000, 13_000]);
});

test("the timeout is the verdict, and the run is aborted", async () => {
  const { clock, happened, world, runner } = setUp({ fall: 1 });
  world.behaviour = untilAborted;
  runner.start();
  await clock.pass(1000);
  assert.deepEqual(happened, ["failure", "-> FAIL"]);
  assert.deepEqual(runner.failure, { kind: "timeout", text: "timeout: no result within 1000 ms" });
});

test("a run that is stuck after its timeout lets no other start, and every interval fails again", async () => {
  const { clock, starts, happened, world, runner } = setUp();
  runner.start();
  await clock.pass(1);
  world.behaviour = hang;
  await clock.pass(45_000);
  assert.deepEqual(starts, [0, 10_000]);
  assert.deepEqual(happened, ["success", "-> OK", "failure", "failure", "failure", "-> FAIL", "failure"]);
});

test("when a stuck run ends at last, the next one starts at once", async () => {
  const { clock, starts, world, runner } = setUp();
  world.behaviour = taking(clock, 25_000);
  runner.start();
  await clock.pass(25_000);
  assert.deepEqual(starts, [0, 25_000]);
});

test("a run whose timer came late by more than half the timeout is discarded and repeated at once", async () => {
  const { clock, starts, happened, world, runner } = setUp({ fall: 1 });
  world.behaviour = untilAborted;
  runner.start();
  await clock.pass(500);
  world.behaviour = () => Promise.resolve();
  await clock.leap(60_000);
  assert.deepEqual(happened, ["discarded", "success", "-> OK"]);
  assert.deepEqual(starts, [0, 60_500]);
});

test("a timer that came only a little late still counts", async () => {
  const { clock, happened, world, runner } = setUp({ fall: 1 });
  world.behaviour = untilAborted;
  runner.start();
  await clock.pass(500);
  await clock.leap(900);
  assert.deepEqual(happened, ["failure", "-> FAIL"]);
});

test("whatever a check throws is a failing run with that message", async () => {
  const { clock, world, runner } = setUp({ fall: 1 });
  world.behaviour = () => {
    throw new TypeError("undefined is not a function");
  };
  runner.start();
  await clock.pass(1);
  assert.equal(runner.state.status, "FAIL");
  assert.equal(runner.failure?.text, "undefined is not a function");
});

test("waking runs at once, or right after the run under way", async () => {
  const { clock, starts, world, runner } = setUp();
  world.behaviour = taking(clock, 300);
  runner.start();
  await clock.pass(5000);
  runner.wake();
  await clock.pass(100);
  runner.wake();
  await clock.pass(1000);
  assert.deepEqual(starts, [0, 5000, 5300]);
});

test("a verdict is awaited until there is one, or the first run has failed", async () => {
  for (const behaviour of [fail, () => Promise.resolve()]) {
    const { clock, world, runner } = setUp();
    world.behaviour = behaviour;
    let reached = false;
    void runner.firstVerdict().then(() => {
      reached = true;
    });
    runner.start(50);
    await clock.pass(49);
    assert.equal(reached, false);
    await clock.pass(1);
    assert.equal(reached, true);
  }
});

test("with `rise` above one the reason of a failure outlives the first success", async () => {
  const { clock, world, runner } = setUp({ fall: 1, rise: 2 });
  world.behaviour = fail;
  runner.start();
  await clock.pass(1);
  world.behaviour = () => Promise.resolve();
  await clock.pass(1000);
  assert.deepEqual([runner.state.status, runner.failure?.text], ["FAIL", "no good"]);
  await clock.pass(10_000);
  assert.deepEqual([runner.state.status, runner.failure], ["OK", undefined]);
});

test("stopping aborts the run, waits for its end and starts no other", async () => {
  const { clock, starts, happened, world, runner } = setUp({ interval: 1000, timeout: 60_000 });
  world.behaviour = untilAborted;
  runner.start();
  await clock.pass(10);
  await runner.stop();
  await clock.pass(5000);
  assert.deepEqual(starts, [0]);
  assert.deepEqual(happened, []);
});
