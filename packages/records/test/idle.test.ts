import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IdleTimer, type Timers } from "../src/multiline/idle.ts";

/** A clock that a test moves, with one timer. */
function fakeTimers() {
  let now = 0;
  let due: { at: number; callback: () => void } | undefined;
  let set = 0;
  const timers: Timers = {
    now: () => now,
    set: (callback, ms) => {
      set++;
      due = { at: now + ms, callback };
      return due;
    },
    clear: (handle) => {
      if (handle === due) due = undefined;
    },
  };
  const advance = (ms: number) => {
    const until = now + ms;
    while (due !== undefined && due.at <= until) {
      const { at, callback } = due;
      now = at;
      due = undefined;
      callback();
    }
    now = until;
  };
  /** The process does not run for a while; then what is due is late. */
  const stall = (ms: number) => {
    now += ms;
    const late = due;
    due = undefined;
    late?.callback();
  };
  return { timers, advance, stall, count: () => set };
}

describe("an idle timer", () => {
  it("goes off when nothing happened for its time, which begins anew with every touch", () => {
    const { timers, advance, count } = fakeTimers();
    const at: number[] = [];
    const timer = new IdleTimer(1000, () => at.push(timers.now()), timers);
    for (let i = 0; i < 100; i++) {
      timer.touch();
      advance(100);
    }
    assert.deepEqual(at, []);
    advance(10_000);
    assert.deepEqual(at, [10_900]);
    assert.ok(count() < 15, "a touch sets no timer while one runs");
    timer.touch();
    advance(1000);
    assert.equal(at.length, 2);
  });

  it("waits anew when it wakes far too late: what came while the process was stopped has not been seen", () => {
    const { timers, advance, stall } = fakeTimers();
    const at: number[] = [];
    const timer = new IdleTimer(1000, () => at.push(timers.now()), timers);
    timer.touch();
    stall(5000);
    assert.deepEqual(at, []);
    advance(1000);
    assert.deepEqual(at, [6000]);
  });

  it("does not go off after a stop", () => {
    const { timers, advance } = fakeTimers();
    const timer = new IdleTimer(1000, () => assert.fail("it went off"), timers);
    timer.touch();
    timer.stop();
    advance(10_000);
  });
});
