import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesPath, parsePathPattern } from "../src/policy/path-pattern.ts";
import { isSafePath } from "../src/policy/path-safety.ts";

const matches: [string, string, boolean][] = [
  ["/a", "/a", true],
  ["/a", "/a/", false],
  ["/a", "/A", false],
  ["/a/*", "/a/b", true],
  ["/a/*", "/a", false],
  ["/a/*", "/a/", false],
  ["/a/*", "/a/b/c", false],
  ["/a/*/c", "/a/b/c", true],
  ["/a/**", "/a", true],
  ["/a/**", "/a/", true],
  ["/a/**", "/a/b/c", true],
  ["/a/**", "/ab", false],
  ["/**", "/", true],
  ["/**", "/a/b", true],
  ["/**/c", "/a/b/c", true],
  ["/**/c", "/c", true],
  ["/**/c", "/c/d", false],
  ["/**/b/**/d", "/a/b/b/c/d", true],
  ["/", "/", true],
  ["/", "/a", false],
  ["/%41", "/A", false],
];
for (const [pattern, path, expected] of matches) {
  test(`${pattern} ${expected ? "matches" : "does not match"} ${path}`, () => {
    assert.equal(matchesPath(parsePathPattern(pattern), path), expected);
  });
}

for (const pattern of [
  ...["a", "", "/a*", "/*a", "/a/***", "/a?b", "/a#b", "/a b"],
  ...["/a/../b", "/a/%2e%2e/b", "//a", "/a%2fb", "/a\\b", "/\u00fc"],
]) {
  test(`${JSON.stringify(pattern)} is no pattern`, () => {
    assert.throws(() => parsePathPattern(pattern), RangeError);
  });
}

test("many ** against a long path take no time to speak of", () => {
  const pattern = parsePathPattern(`${"/**/a".repeat(50)}/b`);
  const before = process.cpuUsage();
  assert.equal(matchesPath(pattern, "/a".repeat(5000)), false);
  assert.ok(process.cpuUsage(before).user < 1e6);
});

const unsafe = [
  "/..",
  "/.",
  "/a/../b",
  "/a/./b",
  "/%2e%2e/",
  "/%2E",
  "/.%2e",
  "/..;",
  "/%c0%ae%C0%AE/b",
  "/a%c0%afb",
  "/a%c1%9cb",
  "/a%c0%80",
  "/%e0%80%ae%e0%80%ae/b",
  "/%f0%80%80%ae./b",
  "/%25c0%25ae./b",
  "/..;x=1/",
  "/.;/",
  "/..%3b/",
  "/a%2fb",
  "/a%2Fb",
  "/a%5cb",
  "/a\\b",
  "/a%00",
  "/a//b",
  "//",
  "/%252e%252e",
  "/a%252fb",
  "/a%25%32%66b",
  "/%25252e%25252e/",
  "/#",
  "/a#b",
  "/%2525252525252e",
  "/%25252525",
  "/a%5Cb",
  "/a%255cb",
  "/a%2500",
  "/a\0",
];
for (const path of unsafe) test(`${path} is not safe`, () => assert.equal(isSafePath(path), false));

for (const path of [
  "/",
  "/a",
  "/a/",
  "/a.b",
  "/...",
  "/.a",
  "/a..",
  "/a;b",
  "/a%20b",
  "/100%25",
  "/%252525",
  "/%c3%a9",
  "/\u00e9",
  "/a%3bb",
  "/%",
  "/%zz",
]) {
  test(`${path} is safe`, () => assert.equal(isSafePath(path), true));
}

test("no way of encoding makes a dot segment or a slash safe", () => {
  const encode = (text: string, times: number): string =>
    times === 0
      ? text
      : encode([...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`).join(""), times - 1);
  fc.assert(
    fc.property(
      fc.constantFrom("..", ".", "a/../b", "a\\b", "\0"),
      fc.integer({ min: 1, max: 6 }),
      fc.string(),
      (text, times, tail) => {
        assert.equal(isSafePath(`/x/${encode(text, times)}/${tail}`), false);
      },
    ),
    { numRuns: 2000 },
  );
});
