import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseQuantity, type QuantityType, scanQuantity } from "../src/rules/quantity.ts";
import { compileValue } from "../src/rules/value.ts";

describe("quantities in base units", () => {
  const cases: [type: QuantityType, text: string, expected: number | undefined][] = [
    ["number", "5", 5],
    ["number", "-5.25", -5.25],
    ["number", "+.5", 0.5],
    ["number", "1,234,567.5", 1_234_567.5],
    ["number", "1.5e3", 1500],
    ["number", "1,23", undefined],
    ["number", "0x10", undefined],
    ["number", "1_000", undefined],
    ["number", "NaN", undefined],
    ["number", "1e999", undefined],
    ["number", "fast", undefined],
    ["int", "1,000", 1000],
    ["int", "1.5", undefined],
    ["duration", "50 ms", 0.05],
    ["duration", "50ms", 0.05],
    ["duration", "100ns", 1e-7],
    ["duration", "7us", 7e-6],
    ["duration", "7µs", 7e-6],
    ["duration", "7μs", 7e-6],
    ["duration", "2 s", 2],
    ["duration", "1m", 60],
    ["duration", "1h2m3.5s", 3723.5],
    ["duration", "1h 30m", 5400],
    ["duration", "2d", 172_800],
    ["duration", "01:02:03.5", 3723.5],
    ["duration", "-00:00:01", -1],
    ["duration", "1.5", 1.5],
    ["duration", "5 minutes", undefined],
    ["bytes", "10", 10],
    ["bytes", "10B", 10],
    ["bytes", "1.5 kB", 1500],
    ["bytes", "2MB", 2_000_000],
    ["bytes", "1GB", 1e9],
    ["bytes", "1TB", 1e12],
    ["bytes", "1 KiB", 1024],
    ["bytes", "1MiB", 1_048_576],
    ["bytes", "1K", 1024],
    ["bytes", "2M", 2_097_152],
    ["bytes", "1G", 2 ** 30],
    ["bytes", "1T", 2 ** 40],
    ["bytes", "64Mi", 64 * 2 ** 20],
    ["bytes", "1.5 Ki", 1536],
    ["bytes", "10k", 10_000],
    ["bytes", "5Kib", undefined],
    ["bytes", "many", undefined],
  ];
  for (const [type, text, expected] of cases) {
    test(`${type} ${text}`, () => assert.equal(parseQuantity(type, text), expected));
  }
});

test("a quantity ends where its grammar does: the name of the next field is no unit", () => {
  const cases: [type: QuantityType, text: string, quantity: string][] = [
    ["duration", "7 d=2", "7"],
    ["duration", "7 d2=3", "7"],
    ["duration", "7 s3://backup", "7"],
    ["duration", "7 m_id", "7"],
    ["duration", "7 ms, then", "7 ms"],
    ["duration", "7ms=slow", "7ms"],
    ["duration", "1h2m3.5s.", "1h2m3.5s"],
    ["duration", "1 h 30 m later", "1 h 30 m"],
    ["bytes", "7 M=2", "7"],
    ["bytes", "7 B3", "7"],
    ["bytes", "7 MB of", "7 MB"],
  ];
  for (const [type, text, quantity] of cases)
    assert.equal(text.slice(0, scanQuantity(type, text, 0)), quantity, `${type} ${text}`);
});

test("a dash and empty text are no observation, other text is no number", () => {
  const read = compileValue(undefined);
  assert.equal(read("-"), undefined);
  assert.equal(read(""), undefined);
  assert.equal(read(" "), undefined);
  assert.ok(Number.isNaN(read("fast")));
});

test("a unit converts to seconds or bytes", () => {
  assert.equal(compileValue("ms")("50"), 0.05);
  assert.equal(compileValue("h")("2"), 7200);
  assert.equal(compileValue("duration")("1m"), 60);
  assert.equal(compileValue("bytes")("1KiB"), 1024);
});

test("a map turns words into numbers and leaves numbers alone", () => {
  const read = compileValue(undefined, { UP: 1, DOWN: 0 });
  assert.equal(read("UP"), 1);
  assert.equal(read("DOWN"), 0);
  assert.equal(read("7"), 7);
  assert.ok(Number.isNaN(read("SIDEWAYS")));
});
