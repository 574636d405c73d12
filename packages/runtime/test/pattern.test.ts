import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compilePattern, PatternError } from "../src/pattern.ts";

describe("what users bring from elsewhere is understood", () => {
  const cases: [pattern: string, text: string, expected: string | undefined][] = [
    ["(?P<n>\\d+)", "a 12", "12"],
    ["(?i)error", "an ERROR", "ERROR"],
    ["(?i)[a-c]+", "xABCx", "ABC"],
    ["(?i)[^a-z]+", "abcDEF12", "12"],
    ["(?i)\\x41", "a", "a"],
    ["(?i)straße", "STRAßE", "STRAßE"],
    ["(?i)ÀÉ", "àé", "àé"],
    ["a(?i:b)c", "aBc", "aBc"],
    ["a(?i:b)c", "aBC", undefined],
    ["(?im)^x$", "a\nX\nb", "X"],
    ["(?s)a.b", "a\nb", "a\nb"],
  ];
  for (const [pattern, text, expected] of cases) {
    test(`${pattern} on ${JSON.stringify(text)}`, () => {
      assert.equal(compilePattern(pattern).exec(text)?.[0], expected);
    });
  }
});

test("a dot is any character but the line feed", () => {
  const pattern = compilePattern("^a.b$");
  for (const char of ["\r", "\u2028", "\u2029", "x", "é"]) assert.ok(pattern.test(`a${char}b`), JSON.stringify(char));
  assert.ok(!pattern.test("a\nb"));
});

test("a dot in a class or behind a backslash stays a dot", () => {
  assert.ok(!compilePattern("^[.]\\.$").test("ab"));
  assert.ok(compilePattern("^[.]\\.$").test(".."));
});

test("counts beyond the engine's 16 are written out, with the same language", () => {
  assert.match("a".repeat(64), compilePattern("^a{64}$"));
  assert.doesNotMatch("a".repeat(63), compilePattern("^a{64}$"));
  assert.match("ab".repeat(20), compilePattern("^(?:ab){18,20}$"));
  assert.doesNotMatch("ab".repeat(21), compilePattern("^(?:ab){18,20}$"));
  assert.match("a".repeat(100), compilePattern("^a{40,}$"));
  assert.equal(compilePattern("a{18,40}?").exec("a".repeat(50))?.[0].length, 18);
  assert.equal(compilePattern("a{18,40}").exec("a".repeat(50))?.[0].length, 40);
});

describe("what cannot run in linear time is refused by name", () => {
  const cases: [pattern: string, names: RegExp][] = [
    ["(?=a)b", /look-ahead \(\?=/],
    ["(?!a)b", /look-ahead \(\?!/],
    ["(?<=a)b", /look-behind \(\?<=/],
    ["(?<!a)b", /look-behind \(\?<!/],
    ["(a)\\1", /back reference \\1/],
    ["(?<n>a)\\k<n>", /back reference \\k<n>/],
    ["\\p{L}+", /property escape \\p\{L\}/],
    ["[\\P{L}]+", /property escape \\P\{L\}/],
    ["a{65}", /count \{65\}/],
    ["(?:a{9}){9}", /count \{9\}/],
    ["(a{2}){20}", /count \{20\}.*non-capturing/],
    ["(?:a?){64}a{64}b{64}c{64}", /counts of 256/],
  ];
  for (const [pattern, names] of cases) {
    test(pattern, () => {
      assert.throws(
        () => compilePattern(pattern),
        (error) => error instanceof PatternError && names.test(error.message),
      );
    });
  }
});

test("wrong syntax is reported as such", () => {
  for (const pattern of ["(a", "a**", "[z-a]", "(?x)a", "(?>a)"]) {
    assert.throws(() => compilePattern(pattern), PatternError, pattern);
  }
});

test("unsafe takes look-around, back references and property escapes", () => {
  assert.equal(compilePattern("(?<=id=)(?P<id>\\d+)", { unsafe: true }).exec("id=7")?.groups?.id, "7");
  assert.ok(compilePattern("(a)\\1", { unsafe: true }).test("aa"));
  assert.ok(compilePattern("^\\p{Lu}$", { unsafe: true }).test("É"));
});

describe("no accepted pattern stalls on a hostile line of 64 KiB", () => {
  const cases: [pattern: string, unit: string][] = [
    ["^(\\w+\\s?)*$", "a"],
    ["(x+x+)+y", "x"],
    ["\\s+$", " "],
    ["(.*)(.*)(.*)(.*)z", "a"],
    ["(.*?),(.*?),(.*?),(.*?)z", "a,"],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a"],
    ["(a|aa)+$", "a"],
    ["(?i)(a|A|b)*c", "aB"],
  ];
  for (const [pattern, unit] of cases) {
    test(pattern, () => {
      const compiled = compilePattern(pattern);
      const line = `${unit.repeat(65_000 / unit.length)}!`;
      const before = process.cpuUsage();
      compiled.test(line);
      const { user } = process.cpuUsage(before);
      // A backtracking engine would need minutes to centuries here; the margin is for slow, shared machines.
      assert.ok(user < 2_000_000, `${user} µs`);
    });
  }
});
