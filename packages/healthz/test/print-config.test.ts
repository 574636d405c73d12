import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { loadSection } from "@outrigger/runtime/load";
import { effective, printConfig } from "@outrigger/runtime/print-config";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { healthSection } from "../src/config.ts";
import { fingerprint } from "../src/definition.ts";

/** Loads the text of a configuration file the way the tool does. */
function load(t: TestContext, text: string) {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  writeFileSync(file, text);
  return loadSection(healthSection, { file, environment: {} });
}

const SCHEDULE = { interval: "10s", timeout: "1s", fall: 3, rise: 1, startPeriod: "0s", live: false, critical: true };
const HTTP = { url: "http://web/", method: "GET", headers: {}, status: "200-399", tls: {} };
const LOG = { files: ["/logs/*.log"], match: "ERR", max: 0, within: "1m" };

const cases: [given: unknown, shown: object][] = [
  ["http://web/", { http: HTTP, ...SCHEDULE }],
  [
    { http: "http://web/", fall: 2, interval: "1m" },
    { http: HTTP, ...SCHEDULE, fall: 2, interval: "1m" },
  ],
  ["tcp://[::1]:5432", { tcp: "tcp://[::1]:5432", ...SCHEDULE }],
  ["grpc://[::1]:50051/my.Service", { grpc: "[::1]:50051", service: "my.Service", ...SCHEDULE }],
  ["grpc://web:50051", { grpc: "web:50051", ...SCHEDULE }],
  ["dns://numbers-api", { dns: "numbers-api", ...SCHEDULE }],
  ["file:///logs/app.log", { file: "/logs/app.log", ...SCHEDULE }],
  ["rediss://cache", { redis: "rediss://cache", ...SCHEDULE }],
  ["postgres://me@db/app", { postgres: "postgres://me@db/app", ...SCHEDULE }],
  [{ process: "dotnet" }, { process: "dotnet", min: 1, ...SCHEDULE }],
  [
    { process: "dotnet", min: 0 },
    { process: "dotnet", min: 0, ...SCHEDULE },
  ],
  [{ log: LOG }, { log: LOG, ...SCHEDULE, fall: 1 }],
  [
    { log: LOG, fall: 4 },
    { log: LOG, ...SCHEDULE, fall: 4 },
  ],
];
for (const [given, shown] of cases) {
  test(`--print-config shows ${JSON.stringify(given)} in full, defaults and all, and can be loaded again`, async (t) => {
    const { config, input } = await load(t, JSON.stringify({ health: { checks: { x: given } } }));
    assert.deepEqual((effective(healthSection.schema, input) as { checks: object }).checks, { x: shown });
    const again = await load(t, printConfig(healthSection as never, input));
    assert.deepEqual(again.config.checks.map(fingerprint), config.checks.map(fingerprint));
  });
}
