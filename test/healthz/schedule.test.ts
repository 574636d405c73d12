import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

test("many checks of the same interval are spread over it", async (t) => {
  const COUNT = 100;
  const times: number[] = [];
  const target = await startTarget(t, (_request, response) => {
    times.push(performance.now());
    response.end();
  });
  const checks = Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [`c${index}`, { http: target.url, interval: "1s", timeout: "5s" }]),
  );
  const { startedAt } = await startHealthz(t, { checks });
  // A machine that is busy makes many of them late and so come together, but not round after round.
  await eventually(
    () => {
      assert.ok(times.length >= 3 * COUNT);
      const round = times.slice(-COUNT);
      const busiest = Math.max(
        ...round.map((from) => round.filter((time) => time >= from && time < from + 100).length),
      );
      assert.ok(busiest <= 0.6 * COUNT, `${busiest} of ${COUNT} within 100 ms`);
    },
    { ms: 30_000 },
  );
  // An interval of one second, ± 5 %, and the last second is not over. This process may have noticed the first run late.
  const seconds = (times.at(-1)! - startedAt) / 1000;
  assert.ok(times.length <= COUNT * (seconds / 0.95 + 1), `${times.length} runs in ${seconds} s`);
});

test("no first run waits for its interval", async (t) => {
  const target = await startTarget(t);
  const check = { http: target.url, interval: "1h" };
  const healthz = await startHealthz(t, { checks: { a: check, b: check, c: check } });
  await healthz.until("/readyz", 200);
});
