import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutOptionalTail } from "../src/rules/optional-tail.ts";

test("an optional group at the end that captures nothing is left out, and nothing else", () => {
  const cases: [source: string, without: string][] = [
    ["a(\\d)(?: b)?", "a(\\d)"],
    ["a(?: b)?(?: c(?:d|e)?)?", "a"],
    ["a|b(?:c)?", "a|b"],
    ["(?:a)?", ""],
    ['^x(?: "(?:[^"\\\\]|\\\\.)*")?', "^x"],
    ["a(?:[)]\\))?", "a"],
    // These capture, are needed, or are no groups.
    ["a(?: (b))?", "a(?: (b))?"],
    ["a(b)?", "a(b)?"],
    ["a(?:b)?$", "a(?:b)?$"],
    ["a(?:b)", "a(?:b)"],
    ["a(?:b)+?", "a(?:b)+?"],
    ["(?:a(?:b)?)", "(?:a(?:b)?)"],
    ["a\\)?", "a\\)?"],
    ["a[(?:)]?", "a[(?:)]?"],
    ["a(?=b)?", "a(?=b)?"],
    ["", ""],
  ];
  for (const [source, without] of cases) assert.equal(withoutOptionalTail(source), without, source);
});
