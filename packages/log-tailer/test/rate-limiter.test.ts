import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RateLimiter } from "../src/limit/rate-limiter.ts";

const bytesPerSecond = 1000;

interface Admitted {
  readonly at: number;
  readonly length: number;
}

/** The largest sum over one second. */
function busiestSecond(admitted: readonly Admitted[]): number {
  const sums = admitted.map(({ at: end }) =>
    admitted.filter(({ at }) => at > end - 1000 && at <= end).reduce((sum, { length }) => sum + length, 0),
  );
  return Math.max(0, ...sums);
}

/** Offers lines, each some milliseconds after the one before. */
function offer(policy: "drop" | "sample", lines: readonly { pause: number; length: number }[]): Admitted[] {
  let now = 0;
  const limiter = new RateLimiter({ bytesPerSecond, policy }, () => now);
  return lines.flatMap(({ pause, length }) => {
    now += pause;
    return limiter.admits(length) ? [{ at: now, length }] : [];
  });
}

const lines = fc.array(fc.record({ pause: fc.nat({ max: 300 }), length: fc.integer({ min: 1, max: 1200 }) }), {
  maxLength: 200,
  size: "max",
});

describe("the rate limit", () => {
  for (const policy of ["drop", "sample"] as const) {
    it(`${policy}: no second has more than its bytes`, () => {
      fc.assert(fc.property(lines, (offered) => busiestSecond(offer(policy, offered)) <= bytesPerSecond));
    });

    it(`${policy}: what never exceeds the limit is admitted as a whole`, () => {
      const offered = Array.from({ length: 100 }, () => ({ pause: 100, length: 90 }));
      assert.equal(offer(policy, offered).length, 100);
    });
  }

  it("sample: of a steady flood each tenth of a second keeps about its share", () => {
    const kept = offer(
      "sample",
      Array.from({ length: 5000 }, () => ({ pause: 1, length: 10 })),
    );
    for (let tenth = 20; tenth < 50; tenth++) {
      const share = kept.filter(({ at }) => at > tenth * 100 && at <= tenth * 100 + 100).length;
      assert.ok(share >= 5 && share <= 15, `${share} lines in tenth ${tenth}`);
    }
  });

  it("drop: what was idle for long has one second's bytes, not more", () => {
    const burst = Array.from({ length: 50 }, (_, index) => ({ pause: index === 0 ? 60_000 : 0, length: 100 }));
    assert.equal(offer("drop", burst).length, 10);
  });

  it("block: portions come at their time", () => {
    let now = 0;
    const limiter = new RateLimiter({ bytesPerSecond: 1600, policy: "block" }, () => now);
    const taken: number[] = [];
    for (; now < 1000; now++) if (limiter.takePortion(limiter.portion)) taken.push(now);
    assert.equal(limiter.portion, 100);
    assert.ok(taken.length >= 15 && taken.length <= 17, `${taken}`);
  });

  it("is over once it is lifted", async () => {
    const limiter = new RateLimiter({ bytesPerSecond: 1, policy: "block" }, () => 0);
    await limiter.timeFor(1000);
    const waiting = limiter.timeFor(1);
    limiter.lift();
    await waiting;
    assert.equal(limiter.policy, "none");
  });
});
