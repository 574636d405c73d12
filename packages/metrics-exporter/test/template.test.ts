import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseTemplate, TemplateError } from "../src/rules/template.ts";
import { TemplateMatcher } from "../src/rules/template-matcher.ts";

function match(template: string, record: string): Record<string, string> | undefined {
  const matcher = new TemplateMatcher(parseTemplate(template));
  const slots = matcher.names.map(() => "");
  matcher.begin();
  if (!matcher.match(record, 0, record.length, slots)) return undefined;
  return Object.fromEntries(matcher.names.map((name, index) => [name, slots[index] ?? ""]));
}

describe("what a template captures", () => {
  const cases: [sentence: string, template: string, record: string, expected: Record<string, string> | undefined][] = [
    ["literal text matches anywhere", "ready", "now ready.", {}],
    ["and does not match where it is missing", "ready", "read y", undefined],
    ["a capture runs to the next literal", "user={user};", "x user=ann b; y;", { user: "ann b" }],
    ["it may be empty", "user={user};", "user=;", { user: "" }],
    [
      "at the end it runs to the end of the line, trailing blanks trimmed",
      "user={user}",
      "user=ann b \t",
      { user: "ann b" },
    ],
    ["and no further in a record of several lines", "Error: {message}", "Error: no\n  at x", { message: "no" }],
    [
      "a template that begins with a capture begins at the start",
      "{ip} - {user} ",
      "::1 - ann [x]",
      { ip: "::1", user: "ann" },
    ],
    ["doubled braces are braces", "{{{name}}}", "a {x} b", { name: "x" }],
    ["{_} discards", "[{_}] {level}:", "[12:00] INF: x", { level: "INF" }],
    ["a word is a run of non-blanks", "by {user:word} ", "by ann lee x", { user: "ann" }],
    ["and not empty", "by {user:word} ", "by  ann", undefined],
    ["a word ends at the literal behind it", "{level:word}: x", "ERR: x", { level: "ERR" }],
    ["a word with a blank before the literal is tried further on", "a={x:word};", "a=1 2; a=3;", { x: "3" }],
    ["a word at the end", "by {user:word}", "by ann lee", { user: "ann" }],
    ["a number matches its grammar only, so text may follow", "took {value}ms", "took 1,234.5ms", { value: "1,234.5" }],
    ["the dot of a sentence is not part of it", "took {value}.", "took 5.", { value: "5" }],
    ["an exponent and a sign", "v={value} ", "v=-1.5e-3 ", { value: "-1.5e-3" }],
    ["an int stops at the point", "n={n:int}", "n=5.5", { n: "5" }],
    ["a duration with a blank before its unit", "took {value:duration}, ", "took 50 ms, ok", { value: "50 ms" }],
    ["combined", "took {value:duration} ", "took 1h2m3.5s ok", { value: "1h2m3.5s" }],
    ["clock time", "took {value:duration} ", "took 00:00:01.500 ok", { value: "00:00:01.500" }],
    ["a bare number", "took {value:duration} for", "took 3 for", { value: "3" }],
    ["bytes", "sent {value:bytes} ", "sent 10 MiB ok", { value: "10 MiB" }],
    ["typed captures are tried at later occurrences", "took {value} ms", "took care, took 5 ms", { value: "5" }],
    [
      "captures behind a failed occurrence do not stay",
      "a {x} took {n:int} ms",
      "a b took x took 7 ms",
      { x: "b took x", n: "7" },
    ],
    ["adjacent typed captures", "{n:int}{u:word};", "5ms;", { n: "5", u: "ms" }],
    ["filters change the text", "GET {path:path} ", "GET /u/123?x=1 ", { path: "/u/:id" }],
    ["several of them", "{level:word:lower} ", "WARN x", { level: "warn" }],
    ["a whole line", "{line}", "any thing", { line: "any thing" }],
  ];
  for (const [sentence, template, record, expected] of cases) {
    test(`${sentence}: ${template}`, () => assert.deepEqual(match(template, record), expected));
  }
});

describe("templates that are refused", () => {
  const cases: [template: string, message: RegExp][] = [
    ["user={user", /not closed/],
    ["user=}", /single }/],
    ["{a} {a}", /appears twice/],
    ["{a}{b}", /has no end/],
    ["{a:wrod}", /did you mean \{a:word\}/],
    ["{user-id}", /no capture/],
    ["{}", /no capture/],
    ["", /must not be empty/],
  ];
  for (const [template, message] of cases) {
    test(template, () =>
      assert.throws(
        () => parseTemplate(template),
        (error) => error instanceof TemplateError && message.test(error.message),
      ),
    );
  }
});

test("templates with many captures stay linear on a hostile line of 64 KiB", () => {
  const hostile: [template: string, unit: string][] = [
    ["a{b}a{c}a{d}a{e}a{f}X", "a"],
    ["a{b:word}c{d:word}X", "a"],
    ["1{n:number}X", "1"],
    ["took {value:duration} ms", "took took "],
    ["{a},{b},{c},{d}X", "a,"],
  ];
  for (const [template, unit] of hostile) {
    const before = process.cpuUsage();
    assert.equal(match(template, unit.repeat(65_000 / unit.length)), undefined);
    assert.ok(process.cpuUsage(before).user < 500_000, template);
  }
});
