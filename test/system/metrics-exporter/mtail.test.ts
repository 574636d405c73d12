// Needs Debian's mtail.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { repository, runTool } from "../../harness/tool.ts";

const readme = readFileSync(path.join(repository, "images/metrics-exporter/README.md"), "utf8");

/** The code block of the image's README that begins like this. */
function block(beginning: string): string {
  const found = readme.split(/^```.*\n/m).find((text) => text.startsWith(beginning));
  assert.ok(found, `the README has no block ${beginning}`);
  return found;
}

/** The samples of the counter, without the label that mtail adds. */
function samples(exposition: string): string[] {
  return exposition
    .split("\n")
    .filter((line) => line.startsWith("timechecks_total"))
    .map((line) => line.replace(/,?prog="[^"]*"/, ""))
    .sort();
}

test("three lines count the example's time checks, and so does the mtail program that the README shows beside them", async (t) => {
  const directory = temporaryDirectory(t);
  const file = (name: string, text: string) => {
    writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const config = block("metrics:\n  logs:");
  assert.equal(config.trimEnd().split("\n").length - 1, 3);
  const shown = block("2026-11-21 12:00:00.001").trimEnd();
  const others = Array.from({ length: 200 }, (_, index) =>
    index % 5 === 0
      ? `2026-11-21 12:00:00.002 +00:00 [WRN] Environment: ${index}; no time check`
      : `2026-11-21 12:00:00.002 +00:00 [INF] Environment: ${["DEV", "PROD EU", 'a "b"'][index % 3]}; version: 1.${index % 2}; time check: 12:00.${index}`,
  );
  const log = file("app.log", `${[shown, ...others].join("\n")}\n`);
  const ours = await runTool("metrics-exporter", ["--config", file("outrigger.yaml", config), "--once", log]);
  assert.equal(ours.code, 0, ours.stderr);
  const theirs = spawnSync(
    "mtail",
    [
      "--one_shot",
      "--one_shot_format",
      "prometheus",
      "--port",
      "0",
      "--progs",
      file("timechecks.mtail", block("counter ")),
      "--logs",
      log,
    ],
    { encoding: "utf8", timeout: 60_000 },
  );
  assert.equal(theirs.status, 0, `mtail failed (apt-get install mtail): ${theirs.error ?? theirs.stderr}`);
  assert.equal(samples(ours.stdout).length, 7);
  assert.deepEqual(samples(ours.stdout), samples(theirs.stdout));
  assert.ok(samples(ours.stdout).includes(block("timechecks_total{").trimEnd()));
});
