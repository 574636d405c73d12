import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "@outrigger/runtime/nearest";
import { formatDuration, parseDuration, parseSize } from "@outrigger/runtime/units";

test("durations", () => {
  const table: [string, number | undefined][] = [
    ["250ms", 250],
    ["15s", 15_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1m30s", 90_000],
    ["0.5s", 500],
    ["0s", 0],
    ["15", undefined],
    ["-1s", undefined],
    ["1 s", undefined],
    ["1d", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of table) assert.equal(parseDuration(text), expected, text);
});

test("a formatted duration reads back as the same", () => {
  for (const value of [0, 1, 250, 1500, 15_000, 60_000, 90_000, 3_600_000]) {
    assert.equal(parseDuration(formatDuration(value)), value);
  }
});

test("sizes", () => {
  const table: [string, number | undefined][] = [
    ["64KiB", 65_536],
    ["1MiB", 1_048_576],
    ["10MB", 10_000_000],
    ["512", 512],
    ["1.5KiB", 1536],
    ["10XB", undefined],
    ["constructor", undefined],
    ["1 constructor", undefined],
    ["-1", undefined],
  ];
  for (const [text, expected] of table) assert.equal(parseSize(text), expected, text);
});

test("the nearest word, if any is near", () => {
  const words = ["interval", "pollInterval", "timeout"];
  assert.equal(nearest("intervall", words), "interval");
  assert.equal(nearest("poll_interval", words), "pollInterval");
  assert.equal(nearest("tiemout", words), "timeout");
  assert.equal(nearest("colour", words), undefined);
});
