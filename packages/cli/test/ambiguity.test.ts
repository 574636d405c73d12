import assert from "node:assert/strict";
import { test } from "node:test";
import { isExponential } from "../src/check/regex/ambiguity.ts";

for (const source of [
  "(a+)+$",
  "(a*)*",
  "(a|a)*b",
  "(?:a|[ab])+$",
  "^(\\w+\\s?)*$",
  "(?<word>[^,]*,?)*$",
  "(x+x+)+y",
  "([a-z]+\\d*)+!",
  "((ab)*)*",
  "(.*a){12,}",
  "(a{1,10})+b",
  "prefix (?:\\s*\\w+)* suffix",
  "(?i)(a|A)+$",
  "(\\d+\\.?)+$",
]) {
  test(`exponential: ${source}`, () => assert.equal(isExponential(source), true));
}

for (const source of [
  "",
  "abc",
  "a+b+c*",
  "^(\\d+,)+$",
  "(?:\\d{1,3}\\.){3}\\d{1,3}",
  "(a{3})+",
  "(?:ab|cd)*",
  '"(?:[^"\\\\]|\\\\.)*"',
  "(?<method>[A-Z]+) (?<path>\\S+) HTTP/\\d\\.\\d",
  "depth=(?<value>\\d+)",
  "\\[(?:ERR|FTL)\\].*",
  ".*a.*b.*c",
  "^(?:\\w+ )*\\w+$",
  "(?=a+)b",
  "[\\]a-z]+(?:-[a-z]+)*",
]) {
  test(`not exponential: ${source || "(empty)"}`, () => assert.equal(isExponential(source), false));
}

test("a large pattern is judged within a second of CPU, or not at all", () => {
  const before = process.cpuUsage();
  isExponential(`(${"[a-z]+ ?".repeat(350)})*`);
  isExponential("(a?){1000}".repeat(50));
  assert.ok(process.cpuUsage(before).user < 1e6);
});
