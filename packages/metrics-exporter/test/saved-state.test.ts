import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseState } from "../src/state/saved-state.ts";

const counter = { name: "a_total", type: "counter", labelNames: ["x"] };
const histogram = { name: "h", type: "histogram", labelNames: [], buckets: [1, 2] };
const received = { name: "hits_total", type: "counter", labelNames: ["labels"], freeLabels: true };
const entry = { path: "/a", file: "/a", name: "a", kind: "read", device: "1", inode: "2", born: "3" };
const position = { ...entry, prefixLength: 1, prefixHash: "x", offset: 5, marker: "", flushed: false };
const files = { version: 1, savedAt: 0, entries: [position] };

function state(change: object): unknown {
  return { tool: "metrics-exporter", version: 1, metrics: [], files, ...change };
}

const series = (spec: object, ...list: unknown[]) => state({ metrics: [{ spec, state: { series: list } }] });

describe("a state file is what the exporter writes", () => {
  const accepted: [what: string, value: unknown][] = [
    ["without metrics", state({})],
    ["a counter", series(counter, [["1"], 5])],
    ["a counter with a time of its last event", series(counter, [["1"], 5, 1_700_000_000_000])],
    ["a histogram", series(histogram, [[], [1, 0, 2, 3.5]])],
    ["a counter received with labels of its own", series(received, [['page="a b",x="\\\\"'], 5], [[""], 1])],
    [
      "overflow and expired series",
      state({ metrics: [{ spec: counter, state: { series: [], overflow: 3, expired: [[["1"], 2]] } }] }),
    ],
  ];
  for (const [what, value] of accepted)
    test(what, () => assert.deepEqual(parseState(JSON.stringify(value)), value as object));
});

describe("anything else is damaged or not ours", () => {
  const refused: [what: string, value: unknown][] = [
    ["no object", null],
    ["another tool's", state({ tool: "other" })],
    ["another version", state({ version: 2 })],
    ["no positions", state({ files: undefined })],
    ["damaged positions", state({ files: { ...files, entries: [entry] } })],
    ["a metric without anything", state({ metrics: [{}] })],
    ["null for a metric", state({ metrics: [null] })],
    ["a gauge", series({ ...counter, type: "gauge" })],
    ["text for a value", series(counter, [["1"], "5"])],
    ["null for a value", series(counter, [["1"], null])],
    ["a counter below 0", series(counter, [["1"], -1])],
    ["a label that is no text", series(counter, [[1], 5])],
    ["too few labels", series(counter, [[], 5])],
    ["too few buckets", series(histogram, [[], [1, 0, 2]])],
    ["a number for a histogram", series(histogram, [[], 5])],
    ["received labels that are none", series(received, [["} evil 1\n"], 5])],
    ["a name that is none", series({ ...counter, name: "a b" }, [["1"], 5])],
    ["no series", state({ metrics: [{ spec: counter, state: {} }] })],
  ];
  for (const [what, value] of refused) test(what, () => assert.equal(parseState(JSON.stringify(value)), undefined));
  for (const text of ["", "{", "\0"])
    test(`the text ${JSON.stringify(text)}`, () => assert.equal(parseState(text), undefined));
});
