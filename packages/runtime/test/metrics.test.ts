import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "@outrigger/runtime/metrics";
import { negotiate } from "@outrigger/runtime/negotiate";
import { keepRendering } from "../../../test/harness/renderings.ts";

function sample(): Registry {
  const registry = new Registry();
  registry.counter("outrigger_lines_total", 'Lines "read".', ["source"]).labels('a"b\\c\nd').inc(3);
  registry.gauge("outrigger_lag_bytes", "Lag.").set(Number.POSITIVE_INFINITY);
  const seconds = registry.histogram("outrigger_dial_seconds", "Dials.", [0.1, 1]);
  for (const value of [0.1, 0.5, 3]) seconds.observe(value);
  return registry;
}

test("the text format", () => {
  assert.equal(
    keepRendering("text", sample().render("text")),
    `# HELP outrigger_dial_seconds Dials.
# TYPE outrigger_dial_seconds histogram
outrigger_dial_seconds_bucket{le="0.1"} 1
outrigger_dial_seconds_bucket{le="1"} 2
outrigger_dial_seconds_bucket{le="+Inf"} 3
outrigger_dial_seconds_sum 3.6
outrigger_dial_seconds_count 3
# HELP outrigger_lag_bytes Lag.
# TYPE outrigger_lag_bytes gauge
outrigger_lag_bytes +Inf
# HELP outrigger_lines_total Lines "read".
# TYPE outrigger_lines_total counter
outrigger_lines_total{source="a\\"b\\\\c\\nd"} 3
`,
  );
});

test("OpenMetrics names a counter's family without its suffix, writes bounds as floats, and ends", () => {
  const text = keepRendering("openmetrics", sample().render("openmetrics"));
  assert.match(text, /# TYPE outrigger_lines counter\noutrigger_lines_total\{/);
  assert.match(text, /# HELP outrigger_lines Lines \\"read\\"\./);
  assert.match(text, /le="1\.0"/);
  assert.ok(text.endsWith("# EOF\n"));
});

test("a series exists from its first mention and goes when removed", () => {
  const registry = new Registry();
  const counter = registry.counter("outrigger_x_total", "X.", ["a"]);
  counter.labels("1");
  assert.match(keepRendering("text", registry.render("text")), /outrigger_x_total\{a="1"\} 0/);
  counter.remove("1");
  assert.ok(!keepRendering("text", registry.render("text")).includes("{"));
});

test("of many series those are retained whose values are wanted", () => {
  const counter = new Registry().counter("outrigger_x_total", "X.", ["a", "b"]);
  for (const [a, b] of [
    ["1", "x"],
    ["2", "x"],
    ["1", "y"],
  ] as const)
    counter.labels(a, b).inc();
  counter.retain((a, b) => a === "1" && b !== "y");
  assert.deepEqual(
    counter.family().samples.map(({ labels }) => labels),
    [
      [
        ["a", "1"],
        ["b", "x"],
      ],
    ],
  );
});

test("negotiation follows quality, then prefers OpenMetrics when it is named, and never refuses", () => {
  const table: [string | undefined, "text" | "openmetrics"][] = [
    [undefined, "text"],
    ["", "text"],
    ["*/*", "text"],
    ["nonsense", "text"],
    ["text/html", "text"],
    ["application/openmetrics-text", "openmetrics"],
    ["APPLICATION/OpenMetrics-Text; Version=1.0.0", "openmetrics"],
    ["application/openmetrics-text;q=0", "text"],
    ["application/openmetrics-text;q=0.3,text/plain;q=0.7", "text"],
    ["text/plain;q=0.5,application/openmetrics-text;q=0.5", "openmetrics"],
    ["application/openmetrics-text;version=2.0.0,*/*;q=0.1", "text"],
    [
      "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    [
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
  ];
  for (const [accept, expected] of table) assert.equal(negotiate(accept), expected, String(accept));
});
