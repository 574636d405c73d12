import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { detailsOf, metric, startHealthz, verdictOf } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

test("log: too many lines fail at once, whatever the interval, and heal when the window is over", async (t) => {
  const file = path.join(temporaryDirectory(t), "app.log");
  writeFileSync(file, "[ERR] one\n[ERR] two\n[ERR] three\n[ERR] four\n");
  const log = { files: [file], match: "\\[ERR\\]", max: 2, within: "3s" };
  const healthz = await startHealthz(t, { checks: { errors: { log, interval: "1h", timeout: "10s" } } });
  await healthz.until("/healthz/errors", 200);
  appendFileSync(file, "[ERR] 1\n[INF] fine\n[ERR] 2\n");
  appendFileSync(file, "[ERR] 3\n");
  // It may heal before anybody asks: its record stays.
  await healthz.tool.waitFor(/"msg":"check has failed","check":"errors".*"more than 2 lines matched .* within 3 s"/, {
    on: "stderr",
  });
  await healthz.until("/healthz/errors", 200);
});

test("log: rotated, truncated and late files are seen; without a file it is OK", async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "logs", "app.log");
  const log = { files: path.join(directory, "logs", "*.log"), match: "ERR", within: "2s" };
  const healthz = await startHealthz(t, { checks: { errors: { log, interval: "1h", timeout: "10s" } } });
  await healthz.until("/healthz/errors", 200);
  const failures = 'outrigger_health_check_transitions_total{check="errors",to="FAIL"}';
  let count = 0;
  const complain = async () => {
    // Another text each time: a file that was cut and written anew with the very same bytes looks unchanged.
    appendFileSync(file, `ERR ${++count}\n`);
    // It may heal before anybody asks: the transition stays counted.
    await eventually(async () => assert.equal(await metric(healthz, failures), count));
    await healthz.until("/healthz/errors", 200);
  };
  mkdirSync(path.dirname(file));
  await complain();
  renameSync(file, `${file}.1`);
  await complain();
  truncateSync(file);
  await complain();
  rmSync(file);
  await complain();
});

test("metric: every series of the name must lie within the bounds", async (t) => {
  const target = await startTarget(t);
  let exposition = "";
  target.listener = (_request, response) => response.end(exposition);
  const metric = { url: target.url, name: "queue_depth", min: 1, max: 100 };
  const healthz = await startHealthz(t, { checks: { queue: { metric, ...QUICK } } });
  const cases: [text: string, code: number, error: RegExp][] = [
    ['queue_depth{q="a"} 1\nqueue_depth{q="b"} 1e2 1767225600000\n', 200, /null/],
    [
      'queue_depth{q="a"} 1\nqueue_depth{q="b"} 100.5\n',
      503,
      /^queue_depth\{q="b"\} is 100\.5, expected at least 1 and at most 100$/,
    ],
    ["queue_depth 0.5\n", 503, /is 0\.5/],
    ["queue_depth 50\n", 200, /null/],
    ["queue_depth NaN\n", 503, /is NaN/],
    ["queue_depth 50\n", 200, /null/],
    ["queue_depth +Inf\n", 503, /is Infinity/],
    ["queue_depth 50\n", 200, /null/],
    ["queue_depth_total 50\n", 503, /^there is no series queue_depth$/],
  ];
  for (const [text, code, error] of cases) {
    exposition = text;
    await healthz.until("/healthz/queue", code);
    await eventually(async () => assert.match(String((await detailsOf(healthz, "queue")).error), error));
  }
  target.listener = status(500);
  await eventually(async () =>
    assert.match(String((await detailsOf(healthz, "queue")).error), /^status 500, expected 200$/),
  );
});

test("disk: enough room is good, too little and a missing path fail", async (t) => {
  const directory = temporaryDirectory(t);
  const healthz = await startHealthz(t, {
    checks: {
      enough: { disk: directory, minFree: "1KiB", ...QUICK },
      share: { disk: directory, minFree: "0.0001%", ...QUICK },
      tooLittle: { disk: directory, minFree: "8000TB", ...QUICK },
      all: { disk: directory, minFree: "100%", ...QUICK },
      missing: { disk: path.join(directory, "nope"), ...QUICK },
    },
  });
  for (const name of ["enough", "share"]) await healthz.until(`/healthz/${name}`, 200);
  for (const name of ["tooLittle", "all", "missing"]) await healthz.until(`/healthz/${name}`, 503);
  assert.match(await verdictOf(healthz, "tooLittle"), /MiB free, less than .* MiB$/);
  assert.match(await verdictOf(healthz, "missing"), /does not exist$/);
});

test("dns: a name of the hosts file and localhost resolve, an unknown name does not", async (t) => {
  const healthz = await startHealthz(t, {
    checks: {
      localhost: { dns: "localhost", ...QUICK },
      below: { dns: "app.localhost.", ...QUICK },
      literal: { dns: "127.0.0.1", ...QUICK },
      unknown: { dns: "nowhere.invalid", ...QUICK },
    },
  });
  for (const name of ["localhost", "below", "literal"]) await healthz.until(`/healthz/${name}`, 200);
  await healthz.until("/healthz/unknown", 503);
});
