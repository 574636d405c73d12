import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, edit } from "./support.ts";

const cases: readonly [behaviour: string, before: string, changes: readonly Change[], after: string][] = [
  ["a string keeps its type", '{"a": "5"}', [["a", "7"]], '{"a": "7"}'],
  ["a number keeps its type", '{ "a": 8080 }', [["a", "9090"]], '{ "a": 9090 }'],
  ["a boolean keeps its type", '{"a": true}', [["a", "FALSE"]], '{"a": false}'],
  ["digits are written as given", '{"a": 1}', [["a", "9223372036854775807"]], '{"a": 9223372036854775807}'],
  ["the same value changes nothing", '{ "a" : 1.10 }', [["a", "1.10"]], '{ "a" : 1.10 }'],
  ["a byte order mark stays", '\ufeff{"a": "x"}', [["a", "y"]], '\ufeff{"a": "y"}'],
  ["comments stay", '// c\n{ /* d */ "a": "x" } // e\n', [["a", "y"]], '// c\n{ /* d */ "a": "y" } // e\n'],
  [
    "number spelling stays",
    '{"n": 1.10, "m": 12345678901234567890, "a": "x"}',
    [["a", "y"]],
    '{"n": 1.10, "m": 12345678901234567890, "a": "y"}',
  ],
  [
    "CRLF and tabs are followed",
    '{\r\n\t"a": 1\r\n}',
    [["b.c", "x"]],
    '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": "x"\r\n\t}\r\n}',
  ],
  ["a new member follows its siblings", '{\n    "a": 1\n}\n', [["b", "x"]], '{\n    "a": 1,\n    "b": "x"\n}\n'],
  ["a trailing comma stays", '{\n  "a": 1,\n}\n', [["b", "x"]], '{\n  "a": 1,\n  "b": "x",\n}\n'],
  [
    "a new member goes behind the last comment",
    '{\n  "a": 1 // one\n}',
    [["b", "x"]],
    '{\n  "a": 1, // one\n  "b": "x"\n}',
  ],
  ["compact text stays compact", '{"a":{"b":1}}', [["a.c", "x"]], '{"a":{"b":1,"c":"x"}}'],
  ["one line with spaces keeps them", '{ "a": 1, "b": 2 }', [["c", "x"]], '{ "a": 1, "b": 2, "c": "x" }'],
  ["a single member on one line gets a space", '{ "a": 1 }', [["c", "x"]], '{ "a": 1, "c": "x" }'],
  ["an empty object opens up", '{\n  "a": {}\n}', [["a.b", "x"]], '{\n  "a": {\n    "b": "x"\n  }\n}'],
  ["an empty object on one line stays on it", '{"a": {}}', [["a.b", "x"]], '{"a": {"b": "x"}}'],
  ["an empty object with a line comment opens up", "{ // none\n}", [["b", "x"]], '{ // none\n  "b": "x"\n}'],
  ["a first member goes with its comma", '{\n  "a": 1,\n  "b": 2\n}', [["a", null]], '{\n  "b": 2\n}'],
  ["a last member takes the comma before it", '{\n  "a": 1,\n  "b": 2\n}', [["b", null]], '{\n  "a": 1\n}'],
  ["a last member with a trailing comma leaves one", '{\n  "a": 1,\n  "b": 2,\n}', [["b", null]], '{\n  "a": 1,\n}'],
  ["members on one line close up", '{"a": 1, "b": 2, "c": 3}', [["b", null]], '{"a": 1, "c": 3}'],
  [
    "the last member on one line takes its comma",
    '{"a": 1, "b": 2, "c": 3}',
    [
      ["c", null],
      ["b", null],
    ],
    '{"a": 1}',
  ],
  [
    "all members gone leaves an empty object",
    '{"a": 1, "b": 2}',
    [
      ["b", null],
      ["a", null],
    ],
    "{}",
  ],
  [
    "removal and addition together",
    '{\n  "a": 1,\n  "b": 2\n}',
    [
      ["b", null],
      ["c", "x"],
    ],
    '{\n  "a": 1,\n  "c": "x"\n}',
  ],
  [
    "all members replaced by others",
    '{"a": 1}',
    [
      ["a", null],
      ["c", "x"],
    ],
    '{"c": "x"}',
  ],
  ["an element is set by its index", '{"a": [1, 2]}', [["a.1", "3"]], '{"a": [1, 3]}'],
  ["the index after the last one appends", '{"a": ["x"]}', [["a.1", "y"]], '{"a": ["x", "y"]}'],
  ["an element is removed", "[1, 2, 3]", [["1", null]], "[1, 3]"],
  ["a list grows over several lines", "[\n  1\n]", [["1", "x"]], '[\n  1,\n  "x"\n]'],
  ["null is replaced by a string", '{"a": null}', [["a", "x"]], '{"a": "x"}'],
  ["a map replaces a scalar", '{"a": 1}', [["a.b", "x"]], '{"a": {"b": "x"}}'],
  ["strings are escaped", '{"a": ""}', [["a", 'q"\\\n\u0001é']], '{"a": "q\\"\\\\\\n\\u0001é"}'],
  ["keys with dots are found unquoted", '{"L": {"A.B": "x"}}', [["L.A.B", "y"]], '{"L": {"A.B": "y"}}'],
  ["keys are found ignoring case", '{"App": {"Env": "x"}}', [["APP.env", "y"]], '{"App": {"Env": "y"}}'],
  ["an exact key wins over a similar one", '{"a": "1", "A": "2"}', [["a", "x"]], '{"a": "x", "A": "2"}'],
  [
    "names of object prototypes are plain keys",
    '{"__proto__": {"x": "1"}}',
    [
      ["__proto__.x", "2"],
      ["constructor", "c"],
    ],
    '{"__proto__": {"x": "2"}, "constructor": "c"}',
  ],
];

for (const [behaviour, before, changes, after] of cases) {
  test(`${behaviour}: ${JSON.stringify(before)}`, async () => {
    assert.equal((await edit("json", before, changes)).text, after);
  });
}
