import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedPatterns } from "../src/rules/shared-pattern.ts";
import { runRules } from "./run-rules.ts";

const line = (method: string, status: number, bytes: number | "-") =>
  `10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "${method} /a HTTP/1.1" ${status} ${bytes} "-" "curl"\n`;

test("each rule of a preset has its own fields, conditions and value of the same records", async () => {
  const { samples, errors, unmatched, matches } = await runRules(
    {
      requests_total: { preset: "nginx", labels: ["method", "status"] },
      failures_total: { preset: "nginx", labels: { code: "{status:class}" }, when: { status: ">= 500" } },
      sent_total: { preset: "apache", value: "bytes" },
      got_total: { preset: "nginx", value: "bytes", labels: ["method"], when: { method: "GET" } },
      lines_total: "{_}",
    },
    [line("GET", 200, 5), line("POST", 503, 7), "noise\n", line("GET", 404, "-"), line("GET", 200, 11)].join(""),
  );
  assert.deepEqual(samples, [
    'requests_total{method="GET",status="200"} 2',
    'requests_total{method="POST",status="503"} 1',
    'requests_total{method="GET",status="404"} 1',
    'failures_total{code="5xx"} 1',
    "sent_total 23",
    'got_total{method="GET"} 16',
    "lines_total 5",
  ]);
  assert.deepEqual([errors, unmatched], [[], 0]);
  assert.deepEqual(matches, { requests_total: 4, failures_total: 1, sent_total: 4, got_total: 3, lines_total: 5 });
});

test("a record too long to be matched at once is matched for all rules of a preset", async () => {
  const long = `10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /${"a".repeat(60_000)} HTTP/1.1" 200 5 "-" "curl"\n`;
  const { samples } = await runRules(
    { requests_total: { preset: "nginx", labels: ["status"] }, sent_total: { preset: "nginx", value: "bytes" } },
    long + line("GET", 404, 7),
  );
  assert.deepEqual(samples, ['requests_total{status="200"} 1', 'requests_total{status="404"} 1', "sent_total 12"]);
});

test("records of another text are matched anew, also where they begin at the same place", () => {
  const patterns = new SharedPatterns();
  const source = "^(?<level>[A-Z]) (?<word>\\w+)";
  const [levels, words] = [patterns.matcher(source, ["level"]), patterns.matcher(source, ["word", "level"])];
  for (const [text, level, word] of [
    ["I one", "I", "one"],
    ["E two", "E", "two"],
  ] as const) {
    for (const matcher of [levels, words]) matcher.begin?.();
    const [one, two]: [string[], string[]] = [[], []];
    assert.ok(levels.match(text, 0, text.length, one) && words.match(text, 0, text.length, two));
    assert.deepEqual([one, two], [[level], [word, level]]);
  }
});
