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

/** The endpoints of one failing check, after its first run. */
async function failing(details: DetailsMode) {
  const clock = new FakeClock();
  const registry = new Registry();
  const createCheck = () => ({ run: () => Promise.reject(new CheckFailure("connection refused", REASON)) });
  const health = new Health({ createCheck, clock, log: silentLog, metrics: new HealthMetrics(registry) });
  const definition = { interval: 10_000, timeout: 1000, fall: 1, rise: 1, startPeriod: 0, live: false, critical: true };
  const spec: CheckDefinition["spec"] = { type: "tcp", host: "db", port: 5432 };
  health.start([{ ...definition, name: "payments", spec }]);
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
  ["auto: others see no name unasked", "auto", "", REMOTE, /FAIL/, /payments|connection/],
  [
    "auto: others see the class with ?verbose",
    "auto",
    "verbose",
    REMOTE,
    /"error": "connection refused"/,
    /10\.0\.0\.7/,
  ],
  ["auto: an address that only contains 127 is not loopback", "auto", "", "10.127.0.1", /FAIL/, /payments/],
  ["always: others see everything", "always", "", REMOTE, /10\.0\.0\.7/, /$^/],
  ["never: loopback sees nothing, verbose or not", "never", "verbose", "::1", /FAIL/, /payments|connection/],
];
for (const [sentence, details, query, from, shown, hidden] of audiences) {
  test(sentence, async () => {
    const answer = await failing(details);
    const body = String((await answer(query, "application/json", from)).body);
    assert.match(body, shown);
    assert.doesNotMatch(body, hidden);
  });
}
