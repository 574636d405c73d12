import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compilePattern, costOf, forLongTexts, PatternError } from "../src/pattern.ts";
import { longTexts, shortTexts } from "../src/pattern-cost.ts";

/** How much slower than the figures a machine may be. */
const slack = 4;
const length = 20_000;

const atom = fc.constantFrom("a", "b", ".", "\\w", "\\s", "[ab]", "[^b]", "\\S", "x");
const quantifier = fc.constantFrom("*", "+", "?", "*?", "+?", "{0,8}", "{4}", "{2,}", "{0,16}", "{1,20}");
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    atom,
    fc.array(tie("pattern"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("pattern"), tie("pattern")).map(([left, right]) => `(?:${left}|${right})`),
    tie("pattern").map((inner) => `(${inner})`),
    fc.tuple(tie("pattern"), quantifier).map(([inner, count]) => `(?:${inner})${count}`),
  ),
}));
const hostile = fc
  .constantFrom("a", "ab", "aab", " ", "a ", "b")
  .map((unit) => `${unit.repeat(length).slice(0, length)}@`);

/** CPU time of this thread in nanoseconds, the better of two: what else the process did is not the pattern's fault. */
function timeOf(regexp: RegExp, text: string): number {
  const once = () => {
    const before = process.threadCpuUsage();
    regexp.test(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) * 1000;
  };
  return Math.min(once(), once());
}

test("no accepted pattern takes longer on a hostile text than its cost says", () => {
  fc.assert(
    fc.property(pattern, fc.constantFrom("", "x", "$", "!", "z"), hostile, (front, end, text) => {
      let compiled: RegExp;
      try {
        compiled = compilePattern(front + end);
      } catch (error) {
        fc.pre(!(error instanceof PatternError));
        throw error;
      }
      const bound = slack * costOf(compiled, longTexts) * length;
      assert.ok(
        timeOf(forLongTexts(compiled), text) < bound,
        `${compiled.source} on ${JSON.stringify(text.slice(0, 5))}…`,
      );
      const short = text.slice(0, shortTexts.length);
      assert.ok(timeOf(compiled, short) < slack * costOf(compiled, shortTexts) * short.length + 1e6, compiled.source);
    }),
    { numRuns: Number(process.env.RUNS ?? 150) },
  );
});

test("on long texts the fallback comes early enough for patterns that scan all the rest of the text again and again", () => {
  for (const source of ["\\s+$", "(?:\\S)+((?:[^b])?)[ab]x"]) {
    const long = forLongTexts(compilePattern(source));
    const text = `${source === "\\s+$" ? " ".repeat(65_000) : "aab".repeat(21_000)}@`;
    assert.ok(timeOf(long, text) < 100e6, source);
  }
});

test("what may run for ever has no bound", () => {
  assert.equal(costOf(compilePattern("(a)\\1", { unsafe: true }), longTexts), Number.POSITIVE_INFINITY);
});
