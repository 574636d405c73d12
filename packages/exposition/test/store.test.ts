import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Format } from "@outrigger/runtime/metrics-text";
import { keepFamilies } from "../../../test/harness/renderings.ts";
import type { AnyMetric, MetricSpec } from "../src/metric.ts";
import { renderMetric, shown } from "../src/render-metric.ts";
import type { Series } from "../src/series.ts";
import { MetricStore } from "../src/store.ts";

const limits = { series: 100, ttl: 0 };
const counter = {
  name: "a_total",
  type: "counter",
  help: "A.",
  labelNames: ["x"],
  limits,
} as const satisfies MetricSpec;
const histogram = { name: "h", type: "histogram", help: "H.", labelNames: ["x"], buckets: [1, 2.5], limits } as const;

/** The text of a metric alone, with every value as it is unless `zeros` says otherwise. */
function rendered(metric: AnyMetric, format: Format, zeros?: Series[]): string {
  return keepFamilies(format, [...renderMetric(metric, format, { zeros })].join(""));
}

/** The samples of one exposition; a scrape shows fresh series as 0 and then counts as served. */
function scrape(metric: AnyMetric, { served = true, format = "text" as Format } = {}): string[] {
  const zeros: Series[] = [];
  const text = rendered(metric, format, zeros);
  if (served) shown(zeros);
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("born at zero", () => {
  test("a new labelled counter is 0 in exactly one exposition, then has its value", () => {
    const metric = new MetricStore(100).declare(counter);
    metric.add(["1"], 1);
    metric.add(["1"], 1);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 0']);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 2']);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 2']);
  });

  test("an exposition that was not served does not count", () => {
    const metric = new MetricStore(100).declare(counter);
    metric.add(["1"], 1);
    assert.deepEqual(scrape(metric, { served: false }), ['a_total{x="1"} 0']);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 0']);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 1']);
  });

  test("a new series does not send visible ones back", () => {
    const metric = new MetricStore(100).declare(counter);
    metric.add(["1"], 5);
    scrape(metric);
    metric.add(["2"], 3);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 5', 'a_total{x="2"} 0']);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 5', 'a_total{x="2"} 3']);
  });

  test("a new histogram has count, sum and all buckets 0", () => {
    const metric = new MetricStore(100).declare(histogram);
    metric.observe(["1"], 2);
    assert.deepEqual(
      scrape(metric).map((line) => line.split(" ")[1]),
      ["0", "0", "0", "0", "0"],
    );
    assert.deepEqual(
      scrape(metric).map((line) => line.split(" ")[1]),
      ["0", "1", "1", "2", "1"],
    );
  });

  test("gauges, unlabelled counters, init series and restored series are born already", () => {
    const store = new MetricStore(100);
    const gauge = store.declare({ ...counter, name: "g", type: "gauge" });
    gauge.set(["1"], 7);
    assert.deepEqual(scrape(gauge), ['g{x="1"} 7']);
    const plain = store.declare({ ...counter, name: "p_total", labelNames: [] });
    assert.deepEqual(scrape(plain, { served: false }), ["p_total 0"]);
    plain.add([], 2);
    assert.deepEqual(scrape(plain), ["p_total 2"]);
    const metric = store.declare(counter);
    metric.init([["1"]]);
    metric.load({ series: [[["2"], 40]], overflow: 3 });
    metric.add(["1"], 1);
    metric.add(["2"], 2);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 1', 'a_total{x="2"} 42', 'a_total{overflow="true"} 3']);
  });
});

describe("limits", () => {
  test("beyond the total of the store, series fold as beyond their own metric's limit", () => {
    const store = new MetricStore(2);
    const a = store.declare(counter);
    const b = store.declare({ ...counter, name: "b_total" });
    for (const metric of [a, b, a, b]) metric.add([String(Math.random())], 1);
    scrape(a);
    scrape(b);
    assert.equal(scrape(a).at(-1), 'a_total{overflow="true"} 1');
    assert.equal(scrape(b).at(-1), 'b_total{overflow="true"} 1');
  });

  test("a metric that is removed gives its places back", () => {
    const store = new MetricStore(1);
    store.declare(counter).add(["1"], 1);
    store.remove("a_total");
    const b = store.declare({ ...counter, name: "b_total" });
    b.add(["1"], 1);
    assert.deepEqual(scrape(b), ['b_total{x="1"} 0']);
  });
});

describe("expiry", () => {
  const ttl = { series: 100, ttl: 1000 };

  test("a series goes exactly after its time without an event, and a counter resumes where it was", () => {
    let now = 0;
    const metric = new MetricStore(100, () => now).declare({ ...counter, limits: ttl });
    metric.add(["1"], 5);
    scrape(metric);
    now = 999;
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 5']);
    now = 1000;
    assert.deepEqual(scrape(metric), []);
    metric.add(["1"], 1);
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 6']);
    assert.equal(metric.table.expired, 1);
  });

  test("an event prolongs it", () => {
    let now = 0;
    const metric = new MetricStore(100, () => now).declare({ ...counter, limits: ttl });
    metric.add(["1"], 1);
    now = 900;
    metric.add(["1"], 1);
    scrape(metric);
    now = 1500;
    assert.deepEqual(scrape(metric), ['a_total{x="1"} 2']);
  });

  test("what expired before a restart resumes after it, and is not there before; `init` series go on at once", () => {
    let now = 0;
    const declare = () => new MetricStore(100, () => now).declare({ ...counter, limits: ttl });
    const before = declare();
    before.add(["1"], 5);
    before.add(["2"], 7);
    now = 500;
    before.add(["3"], 9);
    now = 1000;
    const state = before.dump();
    now = 1200;
    const after = declare();
    after.init([["2"]]);
    after.load(state);
    assert.deepEqual(scrape(after), ['a_total{x="2"} 7', 'a_total{x="3"} 9']);
    after.add(["1"], 1);
    assert.equal(scrape(after).at(-1), 'a_total{x="1"} 6');
    now = 1500;
    assert.ok(!scrape(after).includes('a_total{x="3"} 9'));
  });

  test("a gauge starts anew, and expired series make room within the limit", () => {
    let now = 0;
    const metric = new MetricStore(100, () => now).declare({
      ...counter,
      type: "gauge",
      name: "g",
      limits: { series: 1, ttl: 10 },
    });
    metric.set(["1"], 5);
    now = 10;
    metric.set(["2"], 6);
    assert.deepEqual(scrape(metric), ['g{x="2"} 6']);
  });
});

describe("declaring again", () => {
  test("keeps the values of a metric whose type, labels and buckets are the same", () => {
    const store = new MetricStore(100);
    store.declare(counter).add(["1"], 5);
    const again = store.declare({ ...counter, help: "Other.", limits: { series: 5, ttl: 0 } });
    scrape(again);
    assert.deepEqual(scrape(again), ['a_total{x="1"} 5']);
  });

  test("starts anew when the labels differ", () => {
    const store = new MetricStore(100);
    store.declare(counter).add(["1"], 5);
    assert.deepEqual(scrape(store.declare({ ...counter, labelNames: ["y"] })), []);
  });
});

test("lone surrogates become U+FFFD without making two series of the same name", () => {
  const metric = new MetricStore(100).declare({ ...counter, type: "gauge", name: "g" });
  metric.set(["\ud800"], 1);
  metric.set(["\udfff"], 2);
  assert.deepEqual(scrape(metric), ['g{x="\ufffd"} 2']);
});

test("formats alternate without touching each other", () => {
  const metric = new MetricStore(100).declare(counter);
  metric.add(['a"b\\c\nd'], 1);
  const text = rendered(metric, "text");
  const openmetrics = rendered(metric, "openmetrics");
  const sample = 'a_total{x="a\\"b\\\\c\\nd"} 1\n';
  assert.equal(text, `# HELP a_total A.\n# TYPE a_total counter\n${sample}`);
  assert.equal(openmetrics, `# HELP a A.\n# TYPE a counter\n${sample}`);
  assert.equal(rendered(metric, "text"), text);
});

test("bounds are written as each format wants them", () => {
  const metric = new MetricStore(100).declare(histogram);
  metric.observe(["1"], 1);
  const bounds = (format: Format) => rendered(metric, format).match(/(?<=le=")[^"]*/g);
  assert.deepEqual(bounds("text"), ["1", "2.5", "+Inf"]);
  assert.deepEqual(bounds("openmetrics"), ["1.0", "2.5", "+Inf"]);
});

test("100,000 series are rendered in pieces", () => {
  const metric = new MetricStore(100_000).declare({ ...counter, limits: { series: 100_000, ttl: 0 } });
  for (let index = 0; index < 100_000; index++) metric.add([String(index)], 1);
  const pieces = [...renderMetric(metric, "text", { zeros: undefined })];
  for (const piece of pieces) assert.ok(piece.length < 100_000);
  assert.ok(pieces.length > 50);
  keepFamilies("text", pieces.join(""));
});
