import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Slots } from "../src/slots.ts";

const SECOND = 1000;

/** Numbers as `Math.random` gives them, the same ones in each run of the test. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const seeds = fc.integer({ min: 1, max: 1e6 });

/** The starts of `count` checks of one interval within these milliseconds, each first started at a moment of its own. */
function startsOf(count: number, ms: number, during: number, slots: Slots): number[][] {
  return Array.from({ length: count }, (_, index) => {
    const starts = [(index * ms) / count];
    while (starts.at(-1)! < during) starts.push(slots.after(starts.at(-1)!, ms));
    return starts;
  });
}

test("the next start is an interval away, never more than 5 % early or late", () => {
  const interval = fc.integer({ min: 10, max: 24 * 3600 * SECOND });
  const startedAt = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(interval, startedAt, seeds, (ms, start, seed) => {
      const distance = new Slots(chance(seed)).after(start, ms) - start;
      assert.ok(distance >= 0.95 * ms - 1e-6 && distance <= 1.05 * ms + 1e-6, `${distance} of ${ms}`);
    }),
  );
});

test("on the average a run starts an interval after the one before", () => {
  for (const ms of [100, 250, SECOND, 10 * SECOND]) {
    const [starts = []] = startsOf(1, ms, 500 * ms, new Slots(chance(1)));
    const mean = starts.at(-1)! / (starts.length - 1);
    assert.ok(Math.abs(mean / ms - 1) < 0.01, `${mean} of ${ms}`);
  }
});

test("runs come earlier and later than their interval", () => {
  for (const ms of [100, 250, SECOND, 10 * SECOND]) {
    const [starts = []] = startsOf(1, ms, 100 * ms, new Slots(chance(1)));
    const distances = starts.slice(1).map((start, index) => (start - starts[index]!) / ms);
    assert.ok(Math.min(...distances) < 0.99 && Math.max(...distances) > 1.01, `${distances}`);
  }
});

test("200 checks a second share ten moments, and no moment has many more than its part of them", () => {
  const checks = startsOf(200, SECOND, 100 * SECOND, new Slots(chance(1)));
  const last = checks.flat().filter((start) => start > 90 * SECOND && start <= 100 * SECOND);
  const shared = Map.groupBy(last, (start) => start);
  assert.ok(shared.size <= 110, `${shared.size} moments in ten seconds`);
  const busiest = Math.max(...[...shared.values()].map((starts) => starts.length));
  assert.ok(busiest <= 50, `${busiest} checks at once`);
});

test("checks of any interval that are due about the same time start together", () => {
  const even = new Slots(() => 0.5);
  const starts = [250, 500, SECOND, 10 * SECOND].map((ms) => even.after(20_000.4 - ms, ms));
  assert.deepEqual(new Set(starts), new Set([20_000]));
});
