/** What JSONPath finds in an answer, and what becomes of it: wildcards, filters, nulls, text that holds numbers, labels. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { sampleValue, startExporter } from "./exporter.ts";
import { answering, startTarget } from "./target.ts";

const document = {
  app: "shop",
  users: { active: 7, "dotted.name": "8", "it's": 9 },
  numbers: [1, "2", " 3e1 ", null, "x", true],
  items: [
    { id: "a", kind: "v", n: 1 },
    { id: "b", kind: "w", n: "2" },
    { id: "c", kind: "v", n: null },
    { id: "d", n: 4 },
  ],
  byName: { x: { n: 5 }, y: { n: 6 } },
};

test("each path form finds its values, and labels read from the element, or from the whole answer beside a path", async (t) => {
  const target = await startTarget(t, answering(JSON.stringify(document), "application/json"));
  const metrics = {
    with_labels: { path: "$.users.active", labels: { app: "$.app", text: "{$.app:upper}-1", rest: "fixed" } },
    dotted: "$.users['dotted.name']",
    double_quoted: '$["users"]["dotted.name"]',
    quote: "$.users['it\\'s']",
    first: "$.numbers[0]",
    elements: { each: "$.numbers[*]", value: "$", labels: { text: "$" } },
    by_kind: { each: '$.items[?(@.kind=="v")]', value: "$.n", labels: { id: "$.id" } },
    counted: { each: "$.items[?(@.kind=='v')]", value: 1, labels: { id: "$.id" } },
    members: { each: "$.byName[*]", value: "$.n", labels: { n: "$.n" } },
    assumed: { path: "$.nowhere.at.all", default: -1 },
    absent: "$.users.active.deeper",
  };
  const exporter = await startExporter(t, {
    config: JSON.stringify({ metrics: { json: [{ url: target.url, name: "stats", metrics }] } }),
  });
  const body = await exporter.scrape();
  const expected: [string, number | undefined][] = [
    ['with_labels{app="shop",text="SHOP-1",rest="fixed"}', 7],
    ["dotted", 8],
    ["double_quoted", 8],
    ["quote", 9],
    ["first", 1],
    ['elements{text="1"}', 1],
    ['elements{text="2"}', 2],
    ['elements{text=" 3e1 "}', 30],
    ['elements{text="true"}', 1],
    ['elements{text="x"}', undefined],
    ['by_kind{id="a"}', 1],
    ['by_kind{id="c"}', undefined],
    ['by_kind{id="d"}', undefined],
    ['counted{id="c"}', 1],
    ['members{n="5"}', 5],
    ['members{n="6"}', 6],
    ["assumed", -1],
    ["absent", undefined],
    // null and "x" among the numbers, null in an item, and the path that leads nowhere.
    ['outrigger_metrics_source_errors_total{kind="json",source="stats",reason="no_value"}', 4],
  ];
  for (const [series, value] of expected) assert.equal(sampleValue(body, series), value, `${series}\n${body}`);
});

test("a path that cannot be used is refused where it stands", async (t) => {
  const file = path.join(temporaryDirectory(t), "outrigger.yaml");
  const paths = ["$..deep", "no.dollar", "$.a[?(@.k==1.2.3)]", "$.a[", "$.a[?(@.k=~/x/)]"];
  const metrics = Object.fromEntries(paths.map((source, index) => [`m${index}`, source]));
  writeFileSync(file, JSON.stringify({ metrics: { json: [{ url: "http://localhost:1/", metrics }] } }));
  const { code, stderr } = await runTool("metrics-exporter", ["--config", file, "--check"]);
  assert.equal(code, 2, stderr);
  for (const name of Object.keys(metrics))
    assert.match(stderr, new RegExp(`metrics\\.json\\[0\\]\\.metrics\\.${name}\\b`));
});
