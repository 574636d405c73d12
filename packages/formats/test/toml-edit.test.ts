import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, edit, read } from "./support.ts";

const edits: readonly [behaviour: string, before: string, changes: readonly Change[], after: string][] = [
  ["a basic string stays one", 'a = "x" # c\n', [["a", 'q"\n']], 'a = "q\\"\\n" # c\n'],
  [
    "a literal string stays one when it can",
    "a = 'x'\nb = 'y'\n",
    [
      ["a", "C:\\n"],
      ["b", "it's"],
    ],
    "a = 'C:\\n'\nb = \"it's\"\n",
  ],
  ["a multi-line string stays one", 'a = """\nx\ny"""\n', [["a", "u\nv"]], 'a = """\nu\nv"""\n'],
  ["an integer stays one", "a = 0xFF\n", [["a", "16"]], "a = 16\n"],
  ["a float stays one", "a = 1.0\nb = 1.50\n", [["a", "2"]], "a = 2.0\nb = 1.50\n"],
  ["a boolean stays one", "a = true\n", [["a", "False"]], "a = false\n"],
  ["a date stays one", "a = 1979-05-27 # c\n", [["a", "2001-01-01"]], "a = 2001-01-01 # c\n"],
  [
    "four kinds of date stay as they are",
    "a = 1979-05-27T07:32:00.999999-07:00\nb = 1979-05-27T07:32:00\nc = 1979-05-27\nd = 07:32:00\ne = 1\n",
    [["e", "2"]],
    "a = 1979-05-27T07:32:00.999999-07:00\nb = 1979-05-27T07:32:00\nc = 1979-05-27\nd = 07:32:00\ne = 2\n",
  ],
  [
    "a nested table is found ignoring case",
    '[servers.alpha]\nip = "x"\n',
    [["SERVERS.ALPHA.IP", "y"]],
    '[servers.alpha]\nip = "y"\n',
  ],
  [
    "a new key goes inside its table",
    "[a]\n  x = 1 # c\n\n[b]\ny = 1\n",
    [["a.z", "n"]],
    '[a]\n  x = 1 # c\n  z = "n"\n\n[b]\ny = 1\n',
  ],
  ["a new key of an empty table goes below its header", "[a]\n[b]\n", [["a.z", "n"]], '[a]\nz = "n"\n[b]\n'],
  ["a new key of the root goes before the tables", "[a]\nx = 1\n", [["z", "n"]], 'z = "n"\n\n[a]\nx = 1\n'],
  [
    "a new key of the root goes before a header that is new as well",
    "[[a.b]]\nx = 0\n",
    [
      ["a", null],
      ["a.b", "v"],
      ["r", "n"],
    ],
    'r = "n"\n\n[a]\nb = "v"\n\n',
  ],
  [
    "a list of tables that gets an element of another kind becomes an array",
    "[a]\nx = 1\n[[a.b]]\nc = 0\n[[a.b]]\nc = 1\n",
    [
      ["a.b.1", null],
      ["a.b.1", "v"],
    ],
    '[a]\nx = 1\nb = [{ c = 0 }, "v"]\n',
  ],
  [
    "a text behind a list of tables makes it an array",
    "a = 1\n[[b]]\nc = 0\n",
    [["b.1", "v"]],
    'a = 1\nb = [{ c = 0 }, "v"]\n',
  ],
  ["a new key of the root goes behind its siblings", "r=1\n[a]\nx = 1\n", [["z", "n"]], 'r=1\nz="n"\n[a]\nx = 1\n'],
  ["a new table goes to the end", "[a]\nx = 1\n", [["b.c.d", "n"]], '[a]\nx = 1\n\n[b.c]\nd = "n"\n'],
  [
    "a new table goes behind its parent's others",
    "[a.x]\nk = 1\n[z]\nk = 1\n",
    [["a.y.k", "n"]],
    '[a.x]\nk = 1\n\n[a.y]\nk = "n"\n[z]\nk = 1\n',
  ],
  ["a table that had no header gets one", "[a.b]\nx = 1\n", [["a.z", "n"]], '[a]\nz = "n"\n\n[a.b]\nx = 1\n'],
  [
    "two new keys of a table that had no header share one",
    "[b.c]\nd = []\n\n[e]\nf = 0\n",
    [
      ["b", null],
      ["b.c", "u"],
      ["b.g", "v"],
    ],
    '[b]\nc = "u"\ng = "v"\n\n\n[e]\nf = 0\n',
  ],
  ["dotted keys go on", "a.b = 1\nc = 2\n", [["a.z", "n"]], 'a.b = 1\na.z = "n"\nc = 2\n'],
  [
    "inline tables grow inside",
    "a = { b = 1 }\nc = {}\n",
    [
      ["a.z", "n"],
      ["c.z", "n"],
    ],
    'a = { b = 1, z = "n" }\nc = { z = "n" }\n',
  ],
  [
    "arrays grow in their own style",
    "a = [1, 2]\nb = [\n  1,\n]\n",
    [
      ["a.2", "x"],
      ["b.1", "y"],
    ],
    'a = [1, 2, "x"]\nb = [\n  1,\n  "y",\n]\n',
  ],
  [
    "arrays of tables grow",
    "[[i]]\nn = 1\n[i.s]\nk = 1\n[z]\nk = 1\n",
    [["i.1.n", "2"]],
    '[[i]]\nn = 1\n[i.s]\nk = 1\n\n[[i]]\nn = "2"\n[z]\nk = 1\n',
  ],
  [
    "an element of an array of tables is edited",
    "[[i]]\nn = 1\n[[i]]\nn = 2\n",
    [
      ["i.1.n", "3"],
      ["i.0.m", "x"],
    ],
    '[[i]]\nn = 1\nm = "x"\n[[i]]\nn = 3\n',
  ],
  ["a key is removed with its line", "a = 1 # c\nb = 2\n", [["a", null]], "b = 2\n"],
  [
    "a table is removed with its body",
    "[a]\nx = 1\n# c\n[b]\ny = 1\n[a.c]\nz = 1\n",
    [["a", null]],
    "# c\n[b]\ny = 1\n",
  ],
  ["a key of an inline table is removed", "a = { b = 1, c = 2 }\n", [["a.b", null]], "a = { c = 2 }\n"],
  ["a scalar becomes a table", "a = 1\n", [["a.b", "x"]], 'a = { b = "x" }\n'],
  [
    "a table becomes a scalar",
    "[a]\nx = 1\n[b]\ny = 1\n",
    [{ merge: "a: 1\n", format: "yaml" }],
    "a = 1\n\n[b]\ny = 1\n",
  ],
  [
    "CRLF and a byte order mark stay",
    "\ufeffa = 1\r\n",
    [
      ["b", "x"],
      ["a", "2"],
    ],
    '\ufeffa = 2\r\nb = "x"\r\n',
  ],
  ["an empty file gets its first table", "", [["a.b", "x"]], '[a]\nb = "x"\n'],
  ["keys are quoted when they need it", "a = 1\n", [['"b c"', "x"]], 'a = 1\n"b c" = "x"\n'],
];
for (const [behaviour, before, changes, after] of edits) {
  test(`${behaviour}: ${JSON.stringify(before)}`, async () => {
    assert.equal((await edit("toml", before, changes)).text, after);
    await read("toml", after);
  });
}

const refused: readonly [behaviour: string, before: string, changes: readonly Change[], message: RegExp][] = [
  [
    "null",
    "a = 1\n",
    [{ merge: '{"b": [null]}', format: "json" }],
    /b\.0 \(patch:1:8\) is null, which TOML cannot hold/,
  ],
  ["a float for an integer", "a = 1\n", [["a", "1.5"]], /does not fit a: a number is expected/],
  ["text for a date", "a = 1979-05-27\n", [["a", "soon"]], /does not fit a: a date is expected/],
  ["a duplicate key", "a = 1\na = 2\n", [], /base:2:1: the key occurs twice/],
  ["a table defined twice", "[a]\n[a]\n", [], /base:2:2: the key occurs twice/],
  ["a value without quotes", "a = s3cr3t\n", [], /base:1:5: unexpected text/],
];
for (const [behaviour, before, changes, message] of refused) {
  test(`${behaviour} is refused`, async () => {
    await assert.rejects(edit("toml", before, changes), message);
  });
}
