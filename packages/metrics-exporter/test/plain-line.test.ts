import assert from "node:assert/strict";
import { test } from "node:test";
import { plainLine } from "../src/sources/statsd/plain-line.ts";

test("lines that differ in a plain value only have the same key, and no others", () => {
  assert.deepEqual(plainLine("a.b:12.5|c|@0.5|#k:v"), { key: "a.b:|c|@0.5|#k:v", value: 12.5 });
  assert.equal(plainLine("a.b:7|c|@0.5|#k:v")?.key, plainLine("a.b:12.5|c|@0.5|#k:v")?.key);
  // The second one is malformed, and must not pass for the first.
  assert.notEqual(plainLine("a:1|c|@0.5")?.key, plainLine("a|c:1|@0.5")?.key);
});

test("any other value is left to the reader of lines", () => {
  for (const line of [
    "a:-1|g",
    "a:+1|g",
    "a:1:2|d",
    "a:1e3|c",
    "a:|c",
    "a:x|c",
    "a[k:v]:1|c",
    "a:1",
    "a",
    `${"a".repeat(300)}:1|c`,
  ])
    assert.equal(plainLine(line), undefined, line);
});
