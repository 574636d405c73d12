// Needs Debian's prometheus (promtool) and python3-prometheus-client.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { repository } from "../../harness/tool.ts";
import { keepVariable } from "../../metrics-exporter/expositions.ts";
import { promtoolErrors, pythonVerdicts } from "./oracles.ts";

/** The tests whose exporters have something to show. */
const files = ["rules", "sources", "statsd"];

test("promtool and the Python client accept what the exporters of all tests show at the end, in each order of formats", (t) => {
  const directory = temporaryDirectory(t);
  // What they find themselves is told where they run on their own; here only what they leave behind matters.
  const { stdout } = spawnSync(
    process.execPath,
    [
      "--test",
      "--test-concurrency=2",
      "--test-timeout=100000",
      ...files.map((name) => `test/metrics-exporter/${name}.test.ts`),
    ],
    {
      cwd: repository,
      encoding: "utf8",
      timeout: 120_000,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, [keepVariable]: directory },
    },
  );
  const names = readdirSync(directory);
  for (const format of ["text", "openmetrics"] as const) {
    const ofFormat = names.filter((name) => name.endsWith(`.${format}`));
    assert.ok(ofFormat.length >= 15, `${ofFormat.length} texts\n${stdout}`);
    const texts = ofFormat.map((name) => readFileSync(path.join(directory, name), "utf8"));
    for (const [index, { ok, reason }] of pythonVerdicts(format, texts).entries())
      assert.ok(ok, `${reason}\n${texts[index]}`);
    if (format === "text") for (const text of texts) assert.equal(promtoolErrors(text), "", text);
  }
});
