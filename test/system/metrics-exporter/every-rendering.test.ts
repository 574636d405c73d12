// Needs Debian's prometheus (promtool) and python3-prometheus-client.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { parseOpenMetrics } from "../../../packages/exposition/src/parse-openmetrics.ts";
import { parseText } from "../../../packages/exposition/src/parse-text.ts";
import { type Format, renderingsVariable } from "../../harness/renderings.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { repository } from "../../harness/tool.ts";
import { refusedByPrometheus, refusedByPromtool, refusedByPython } from "./oracles.ts";

/** The tests that render the exporter's store, what it merges, and the tools' own series. */
const patterns = [
  "packages/exposition/test/*.test.ts",
  "packages/metrics-exporter/test/*.test.ts",
  "packages/runtime/test/{admin,lifecycle,metrics}.test.ts",
  "test/metrics-exporter/*.test.ts",
];

test("promtool, Prometheus and the Python client accept what all tests render", (t) => {
  const directory = renderings(t);
  const kept = (format: Format) =>
    globSync(`*.${format}`, { cwd: directory })
      .sort()
      .map((name) => readFileSync(path.join(directory, name), "utf8"));
  const [texts, openmetrics] = [kept("text"), kept("openmetrics")];
  t.diagnostic(`${texts.length} texts in 0.0.4 and ${openmetrics.length} in OpenMetrics`);
  assert.ok(texts.length > 300 && openmetrics.length > 300, `${texts.length} and ${openmetrics.length} texts`);
  // Only ours knows a series that comes twice.
  for (const text of texts) parseText(text);
  for (const text of openmetrics) parseOpenMetrics(text);
  assert.equal(refusedByPython("text", texts), "");
  assert.equal(refusedByPython("openmetrics", openmetrics), "");
  assert.equal(refusedByPromtool(texts), "");
  assert.equal(refusedByPrometheus(openmetrics, temporaryDirectory(t)), "");
});

/** The directory of what the tests have rendered: those of this run of continuous integration, or else all, run here. */
function renderings(t: TestContext): string {
  const kept = process.env[renderingsVariable];
  if (kept && existsSync(kept)) return kept;
  const directory = temporaryDirectory(t);
  // What they find themselves is told where they run on their own; here only what they leave behind matters.
  const options = ["--import=./test/harness/seed.ts", "--test", "--test-concurrency=2", "--test-timeout=100000"];
  spawnSync(process.execPath, [...options, ...globSync(patterns, { cwd: repository }).sort()], {
    cwd: repository,
    stdio: "ignore",
    // A machine that is too slow for all of them judges what there is by then.
    timeout: 100_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, [renderingsVariable]: directory },
  });
  return directory;
}

test("one bad text among many is refused", (t) => {
  const good = '# HELP a_total A "b".\n# TYPE a_total counter\na_total{x="} \\" 1"} 1\n# TYPE b gauge\nb NaN\n';
  const bad = [
    "c 1 2 3\n",
    "# TYPE c gauge\n# TYPE c gauge\nc 1\n",
    "c{x=1} 1\n",
    'c{x="1} 1\n',
    "c one\n",
    "# TYPE c info\nc 1\n",
    "9 1\n",
  ];
  assert.equal(refusedByPromtool([good, good]), "");
  for (const text of bad) assert.match(refusedByPromtool([good, text, good]), /error/, text);

  const open = (text: string) => `${text}# EOF\n`;
  const fine = open('# TYPE a counter\na_total{x="} \\" 1"} 1 # {t="x"} 1 2\n# TYPE b info\nb_info 1\n');
  const broken = ["c 1\n\n", "c{x=1} 1\n", "c one\n", 'c{x="1} 1\n', "# TYPE c untyped\nc 1\n", "c 1 1 1\n"].map(open);
  assert.equal(refusedByPrometheus([fine, fine], temporaryDirectory(t)), "");
  assert.equal(refusedByPython("openmetrics", [fine, fine]), "");
  for (const text of broken) {
    assert.notEqual(refusedByPrometheus([fine, text], temporaryDirectory(t)), "", text);
    assert.notEqual(refusedByPython("openmetrics", [fine, text, fine]), "", text);
  }
});
