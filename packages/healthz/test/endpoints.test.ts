import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "@outrigger/runtime/admin";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import type { CheckDefinition } from "../src/definition.ts";
import { type DetailsMode, Endpoints } from "../src/endpoints.ts";
import { CheckFailure } from "../src/failure.ts";
import { Health } from "../src/health.ts";
import { HealthMetrics } from "../src/metrics.ts";
import { FakeClock } from "./fake-clock.ts";

const REASON = "connection refused: connect ECONNREFUSED 10.0.0.7:5432";

/** So many failing checks behind endpoints, after their first runs. */
async function failing(count: number, { details = "auto" as DetailsMode, reason = REASON } = {}) {
  const clock = new FakeClock();
  const registry = new Registry();
  const createCheck = () => ({ run: () => Promise.reject(new CheckFailure("connection refused", reason)) });
  const health = new Health({ createCheck, clock, log: silentLog, metrics: new HealthMetrics(registry) });
  const definition = { interval: 10_000, timeout: 1000, fall: 1, rise: 1, startPeriod: 0, live: false, critical: true };
  const spec: CheckDefinition["spec"] = { type: "tcp", host: "db", port: 5432 };
  health.start(Array.from({ length: count }, (_, index) => ({ ...definition, name: `check-${index}`, spec })));
  await clock.pass(1000);
  const endpoints = new Endpoints(health, details, registry);
  return async (query: string, accept: string, remoteAddress: string): Promise<Reply> =>
    (await endpoints.answer({
      method: "GET",
      path: "/healthz",
      query: new URLSearchParams(query),
      headers: { accept },
      remoteAddress,
    }))!;
}

const REMOTE = "10.1.2.3";
const audiences: [
  sentence: string,
  details: DetailsMode,
  query: string,
  from: string,
  shown: RegExp,
  hidden: RegExp,
][] = [
  ["auto: loopback has the whole reason of a failure", "auto", "", "127.0.0.1", /10\.0\.0\.7/, /$^/],
  ["auto: so has a loopback of a dual-stack socket", "auto", "", "::ffff:127.0.0.9", /10\.0\.0\.7/, /$^/],
  ["auto: others see no name unasked", "auto", "", REMOTE, /FAIL/, /check-0|connection/],
  [
    "auto: others see the class with ?verbose",
    "auto",
    "verbose",
    REMOTE,
    /"error": "connection refused"/,
    /10\.0\.0\.7/,
  ],
  ["auto: an address that only contains 127 is not loopback", "auto", "", "10.127.0.1", /FAIL/, /check-0/],
  ["always: others see everything", "always", "", REMOTE, /10\.0\.0\.7/, /$^/],
  ["never: loopback sees nothing, verbose or not", "never", "verbose", "::1", /FAIL/, /check-0|connection/],
];
for (const [sentence, details, query, from, shown, hidden] of audiences) {
  test(sentence, async () => {
    const answer = await failing(1, { details });
    const body = String((await answer(query, "application/json", from)).body);
    assert.match(body, shown);
    assert.doesNotMatch(body, hidden);
  });
}

test("an answer that would be too long gives up the reasons, then all details", async () => {
  for (const [count, has, hasNot] of [
    [300, /whole reason/, /$^/],
    [800, /check-799/, /whole reason/],
    [7000, /FAIL|failed|fail/, /check-1/],
  ] as const) {
    const answer = await failing(count, { reason: `the whole reason ${"x".repeat(400)}` });
    for (const accept of ["application/json", "text/plain", "application/health+json", "text/html"]) {
      const body = String((await answer("verbose", accept, "::1")).body);
      assert.ok(Buffer.byteLength(body) <= 256 * 1024, `${accept}: ${Buffer.byteLength(body)} bytes`);
      assert.match(body, has, `${accept} of ${count}`);
      assert.doesNotMatch(body, hasNot, `${accept} of ${count}`);
    }
  }
});
