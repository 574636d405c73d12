/** Settings that cannot work are refused before anything starts, each with its place and what to write instead. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";

const url = "http://localhost:1/";

test("each mistake is named where it stands, with the nearest that would do", async (t) => {
  const file = path.join(temporaryDirectory(t), "outrigger.json");
  const metrics = {
    logs: {
      multiline: "pyton",
      rules: {
        same_total: "x",
        same: { match: "x", type: "counter" },
        unknown_total: { preset: "ngnix" },
      },
    },
    json: [{ url, metrics: { a: "$.a" }, headers: { "Bad Header": "x" } }],
    scrape: [
      { url, labels: { le: "x" } },
      { url, labels: { quantile: "x" } },
      { url, labels: { "a-b": "x" } },
    ],
    statsd: { mappings: [{ match: "(?=x)", matchType: "regex" }] },
  };
  writeFileSync(file, JSON.stringify({ metrics }, undefined, 1));
  const { code, stderr } = await runTool("metrics-exporter", ["--config", file, "--check"]);
  assert.equal(code, 2, stderr);
  const messages = stderr
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg.replace(/^.*outrigger\.json:\d+:\d+: metrics\./, ""));
  const expected = [
    /^logs\.multiline: must be one of none, auto, .*did you mean "python"\?$/,
    /^logs\.rules\.same: needs the name same_total, and so does the rule "same_total"/,
    /^logs\.rules\.unknown_total\.preset: .*did you mean "nginx"\?$/,
    /^json\[0\]\.headers\."Bad Header": .*header/,
    /^scrape\[0\]\.labels\.le: .*le/,
    /^scrape\[1\]\.labels\.quantile: .*quantile/,
    /^scrape\[2\]\.labels\.a-b: must be a label name/,
    /^statsd\.mappings\[0\]\.match: .*look-ahead/,
  ];
  for (const pattern of expected)
    assert.ok(
      messages.some((message) => pattern.test(message)),
      `${pattern}\n${stderr}`,
    );
  assert.equal(messages.length, expected.length, stderr);
});
