import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Roster } from "../src/proxy/roster.ts";

test("a roster holds what was added and not yet removed, whatever the order", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(steps, (changes) => {
      const items = Array.from({ length: 10 }, () => ({ place: 0 }));
      const roster = new Roster<{ place: number }>();
      const expected = new Set<{ place: number }>();
      for (const [isAdded, index] of changes) {
        const item = items[index]!;
        if (isAdded === expected.has(item)) continue;
        if (isAdded) roster.add(item);
        else roster.remove(item);
        if (isAdded) expected.add(item);
        else expected.delete(item);
        assert.equal(roster.size, expected.size);
        assert.deepEqual(new Set(roster.all()), expected);
      }
    }),
  );
});

test("items may leave while all are visited", () => {
  const roster = new Roster<{ place: number }>();
  for (let count = 0; count < 5; count++) roster.add({ place: 0 });
  let visited = 0;
  for (const item of roster.all()) {
    visited++;
    roster.remove(item);
  }
  assert.deepEqual([visited, roster.size], [5, 0]);
});
