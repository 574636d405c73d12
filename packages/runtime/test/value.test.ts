import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { valueReader } from "../src/config/value.ts";

const texts = [
  ...[
    "word",
    "/logs/*.log",
    "/logs/a.log",
    "http://localhost:3000/x?a=b",
    "127.0.0.1:1080",
    "a,b",
    "env:NAME",
    "file:/run/x",
  ],
  ...["true", "True", "tRue", "FALSE", "false", "null", "NULL", "Null", "nUll", "yes", "off", "no", "~", ""],
  ...["0", "8080", "007", "1.10", "-1", "+1", "0x1F", "0o14", "1e3", "12345678901234567890", ".inf", ".NaN"],
  ...[
    "a: b",
    "a:",
    "[x, y]",
    "[x, y",
    "{ a: 1 }",
    "a: {b}; c",
    "a: b: c",
    "- x",
    "'quoted'",
    '"a\\nb"',
    "a #c",
    "#c",
    "&a x",
    "*a",
    "!t x",
    "| x",
    "a b",
    "15s",
    "250ms",
    "64KiB",
    "1B",
    "10MB",
  ],
  ...["*.example.com", "*.example.com:443", "10.0.0.0/8", "1.2.3.4", ":8080", ":x", "1:30", "[::1]:80"],
];

test("a value is what YAML says it is, whether or not the parser was needed", async () => {
  for (const text of texts) {
    const expected = (() => {
      try {
        return parse(text, { logLevel: "error" });
      } catch {
        return text;
      }
    })();
    assert.deepEqual((await valueReader([text]))(text), expected, text);
    assert.deepEqual((await valueReader([text, "[]"]))(text), expected, `${text} beside one that needs the parser`);
  }
});
