import assert from "node:assert/strict";
import { test } from "node:test";
import { Complaint } from "../src/complaint.ts";

test("a trouble is due once, and again when a minute has passed", (t) => {
  let now = 5;
  t.mock.method(performance, "now", () => now);
  const [one, other] = [new Complaint(), new Complaint()];
  const due = [5, 6, 60_004, 60_005, 60_006, 200_000].map((at) => {
    now = at;
    return one.isDue();
  });
  assert.deepEqual(due, [true, false, false, true, false, true]);
  assert.equal(other.isDue(), true);
});
