import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, edit } from "./support.ts";

const cases: readonly [behaviour: string, before: string, changes: readonly Change[], after: string][] = [
  ["a plain string stays plain", "a: x # c\n", [["a", "y z"]], "a: y z # c\n"],
  ["double quotes stay", 'a: "5"\n', [["a", "7"]], 'a: "7"\n'],
  ["single quotes stay", "a: 'it''s'\n", [["a", "she's"]], "a: 'she''s'\n"],
  ["a number stays a number", "a: 8080\n", [["a", "9090"]], "a: 9090\n"],
  ["a string that looks like a number is quoted", "a: x\n", [["a", "1.10"]], 'a: "1.10"\n'],
  ["a string that YAML 1.1 takes for a boolean is quoted", "a: x\n", [["a", "no"]], 'a: "no"\n'],
  ["a string that YAML 1.1 takes for base 60 is quoted", "a: x\n", [["a", "1:30"]], 'a: "1:30"\n'],
  ["a date is quoted", "a: x\n", [["a", "2001-12-14"]], 'a: "2001-12-14"\n'],
  ["an empty string is quoted", "a: x\n", [["a", ""]], 'a: ""\n'],
  ["a string with a comment mark is quoted", "a: x\n", [["a", "b #c"]], 'a: "b #c"\n'],
  ["an empty value gets a space", "a:\nb: 1\n", [["a", "x"]], "a: x\nb: 1\n"],
  ["an empty value keeps its comment", "a:   # c\nb: 1\n", [["a", "x"]], "a: x   # c\nb: 1\n"],
  ["a new key follows its siblings", "a:\n    b: 1 # c\nz: 2\n", [["a.c", "x"]], "a:\n    b: 1 # c\n    c: x\nz: 2\n"],
  ["a missing final line break stays missing", "a: 1", [["b", "x"]], "a: 1\nb: x"],
  ["CRLF is followed", "a: 1\r\nb: 2\r\n", [["c.d", "x"]], "a: 1\r\nb: 2\r\nc:\r\n  d: x\r\n"],
  [
    "a byte order mark stays",
    "\ufeffa: x\n",
    [
      ["a", "w"],
      ["b", "z"],
    ],
    "\ufeffa: w\nb: z\n",
  ],
  ["a new key goes behind a block scalar", "a: |\n  t\n  u\n\nb: 1\n", [["c", "x"]], "a: |\n  t\n  u\n\nb: 1\nc: x\n"],
  ["a block scalar stays one", "a: |\n  t\nb: 1\n", [["a", "u\nv\n"]], "a: |\n  u\n  v\nb: 1\n"],
  ["a block scalar with other chomping", "a: |\n  t\nb: 1\n", [["a", "u\nv"]], "a: |-\n  u\n  v\nb: 1\n"],
  ["text of several lines becomes a block scalar", "a: x\nb: 1\n", [["a", "u\nv\n"]], "a: |\n  u\n  v\nb: 1\n"],
  ["text of several lines beside a comment is quoted", "a: x # c\n", [["a", "u\nv"]], 'a: "u\\nv" # c\n'],
  ["flow maps grow inside", "a: {b: 1}\n", [["a.c", "x"]], "a: {b: 1, c: x}\n"],
  ["an empty flow map is filled", "a: {}\n", [["a.c", "x"]], "a: {c: x}\n"],
  ["a key is removed with its line", "a: 1\nb: 2 # two\nc: 3\n", [["b", null]], "a: 1\nc: 3\n"],
  ["a nested block is removed", "a:\n  b: 1\n  c: 2\nd: 3\n", [["a", null]], "d: 3\n"],
  ["the last nested key leaves an empty map", "a:\n  b: 1\nd: 3\n", [["a.b", null]], "a: {}\nd: 3\n"],
  ["the first key behind a dash is removed", "- a: 1\n  b: 2\n", [["0.a", null]], "- b: 2\n"],
  ["a key behind a dash is added", "- a: 1\n", [["0.b", "x"]], "- a: 1\n  b: x\n"],
  ["a map replaces a scalar", "a: 1 # c\nb: 2\n", [["a.c", "x"]], "a: # c\n  c: x\nb: 2\n"],
  ["an element is appended", "a:\n  - 1\n  - 2 # c\nb: 1\n", [["a.2", "x"]], "a:\n  - 1\n  - 2 # c\n  - x\nb: 1\n"],
  ["an element is appended without indentation", "a:\n- x\nb: 1\n", [["a.1", "w"]], "a:\n- x\n- w\nb: 1\n"],
  ["an element is removed", "a:\n  - 1\n  - 2\n  - 3\n", [["a.1", null]], "a:\n  - 1\n  - 3\n"],
  ["a flow list grows", "a: [1, 2]\n", [["a.2", "x"]], "a: [1, 2, x]\n"],
  ["a flow list shrinks", "a: [1, 2, 3]\n", [["a.2", null]], "a: [1, 2]\n"],
  ["a scalar replaces a block", "a: # c\n  b: 1\n  d: 2\nz: 1\n", [{ merge: "a: x" }], "a: x # c\nz: 1\n"],
  ["a list replaces a block", "a:\n  b: 1\nz: 1\n", [{ merge: "a: [1, x]" }], "a:\n  - 1\n  - x\nz: 1\n"],
  ["an empty list is written as one", "a:\n  - 1\nz: 1\n", [{ merge: "a: []" }], "a: []\nz: 1\n"],
  ["an unknown tag stays", "a: !v x\nb: 1\n", [["b", "2"]], "a: !v x\nb: 2\n"],
  ["an unknown tag stays with a new value", "a: !v x\n", [["a", "w"]], "a: !v w\n"],
  [
    "an edit below an alias does not change the anchor",
    "b: &b {x: 1}\nc: *b\n",
    [["c.x", "2"]],
    "b: &b {x: 1}\nc:\n  x: 2\n",
  ],
  [
    "an edit of an inherited key does not change the anchor",
    "b: &b\n  x: 1\nc:\n  <<: *b\n  y: 2\n",
    [["c.x", "3"]],
    "b: &b\n  x: 1\nc:\n  <<: *b\n  y: 2\n  x: 3\n",
  ],
  ["an edit of an anchored value does not change its aliases", "b: &b x\nc: *b\n", [["b", "w"]], "b: &b w\nc: x\n"],
  ["an empty file gets its first key", "", [["a.b", "x"]], "a:\n  b: x\n"],
  ["comments alone stay above the first key", "# only\n", [["a", "x"]], "# only\na: x\n"],
  [
    "a document marker stays",
    "---\na: x\n...\n",
    [
      ["a", "w"],
      ["b", "z"],
    ],
    "---\na: w\nb: z\n...\n",
  ],
];

for (const [behaviour, before, changes, after] of cases) {
  test(`${behaviour}: ${JSON.stringify(before)}`, async () => {
    assert.equal((await edit("yaml", before, changes)).text, after);
  });
}
