import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormatName } from "../src/format.ts";
import { type Change, edit, read } from "./support.ts";

const edits: readonly [
  format: FormatName,
  behaviour: string,
  before: string,
  changes: readonly Change[],
  after: string,
][] = [
  [
    "properties",
    "a value is replaced behind its separator",
    "# c\na = 1\nb:2\nc 3\n",
    [
      ["a", "x"],
      ["b", "y"],
      ["c", "z"],
    ],
    "# c\na = x\nb:y\nc z\n",
  ],
  ["properties", "a key without a value gets an equals sign", "foo\nb=1\n", [["foo", "x"]], "foo=x\nb=1\n"],
  ["properties", "continued lines are replaced as a whole", "a=1,\\\n  2\nb=3\n", [["a", "x"]], "a=x\nb=3\n"],
  ["properties", "a new key uses the separator of its siblings", "a.b : 1", [["a.c", "x"]], "a.b : 1\na.c : x"],
  [
    "properties",
    "characters outside ASCII are escaped",
    "a=1\n",
    [
      ["a", "é\n€ "],
      ["b", " x"],
    ],
    "a=\\u00E9\\n\\u20AC \nb=\\ x\n",
  ],
  ["properties", "a key is removed with its line", "a=1\n# c\nb=2\n", [["a", null]], "# c\nb=2\n"],
  ["properties", "CRLF is followed", "a=1\r\n", [["b", "2"]], "a=1\r\nb=2\r\n"],
  ["properties", "the last of several equal keys counts", "a=1\na=2\n", [["a", "3"]], "a=1\na=3\n"],
  [
    "properties",
    "keys are found ignoring case",
    "spring.datasource.url=x\n",
    [["SPRING.DATASOURCE.URL", "y"]],
    "spring.datasource.url=y\n",
  ],
  ["properties", "a key may be value and parent", "a=1\na.b=2\n", [["a", "3"]], "a=3\na.b=2\n"],
  [
    "properties",
    "lists get indices",
    "l[0]=a\nl[1]=b\nz=1\n",
    [{ merge: "l: [x]\nm: {n: [1, true]}\n", format: "yaml" }],
    "l[0]=x\nz=1\nm.n[0]=1\nm.n[1]=true\n",
  ],
  [
    "properties",
    "null deletes what is below a key",
    "a.b=1\na.c=2\nab=3\n",
    [{ merge: "a: null\n", format: "yaml" }],
    "ab=3\n",
  ],
  [
    "dotenv",
    "a plain value stays plain",
    "A=1 # one\nexport B=2\n",
    [
      ["A", "x"],
      ["B", "y"],
    ],
    "A=x # one\nexport B=y\n",
  ],
  [
    "dotenv",
    "quotes stay",
    "A='1'\nB=\"2\"\n",
    [
      ["A", "x y"],
      ["B", 'q"\n'],
    ],
    'A=\'x y\'\nB="q\\"\\n"\n',
  ],
  [
    "dotenv",
    "a value that needs quotes gets single ones",
    "A=1\n",
    [
      ["A", "a b"],
      ["B", "$HOME #x"],
    ],
    "A='a b'\nB='$HOME #x'\n",
  ],
  ["dotenv", "a value with a single quote gets double ones", "A=1\n", [["A", "it's"]], 'A="it\'s"\n'],
  ["dotenv", "an empty value is filled", "A=\nB=1\n", [["A", "x"]], "A=x\nB=1\n"],
  [
    "dotenv",
    "nested keys are joined by two underscores",
    "DB__HOST=x\n",
    [
      ["db.host", "y"],
      ["db.port", "1"],
    ],
    "DB__HOST=y\ndb__port=1\n",
  ],
  [
    "ini",
    "a value is replaced whole",
    "g=1\n[a]\nurl=http://x?y=z;w=1 ; c\nk = v\n",
    [
      ["g", "2"],
      ["a.url", "u"],
      ["a.k", "w"],
    ],
    "g=2\n[a]\nurl=u\nk = w\n",
  ],
  [
    "ini",
    "backslashes are literal",
    "[p]\npath=C:\\new\\table\n",
    [["p.other", "D:\\x"]],
    "[p]\npath=C:\\new\\table\nother=D:\\x\n",
  ],
  [
    "ini",
    "quotes stay, and protect spaces",
    '[a]\nq="x"\nr=y\n',
    [
      ["a.q", "z"],
      ["a.r", " z "],
    ],
    '[a]\nq="z"\nr=" z "\n',
  ],
  [
    "ini",
    "a new key goes behind the last one of its section",
    "[a]\nk = 1\n\n[b]\nl=2\n",
    [["a.m", "x"]],
    "[a]\nk = 1\nm = x\n\n[b]\nl=2\n",
  ],
  ["ini", "a new global key goes before the sections", "[a]\nk=1\n", [["g", "x"]], "g=x\n[a]\nk=1\n"],
  ["ini", "a new section goes to the end", "[a]\nk=1\n", [["b.c", "x"]], "[a]\nk=1\n\n[b]\nc=x\n"],
  [
    "ini",
    "nested sections are written with colons",
    "[a]\nk=1\n",
    [{ merge: "a: {b: {c: 1}}\n", format: "yaml" }],
    "[a]\nk=1\n\n[a:b]\nc=1\n",
  ],
  ["ini", "a section is removed to the next header", "[a]\nk=1\n; c\n[b]\nl=2\n", [["a", null]], "[b]\nl=2\n"],
  ["ini", "a section with a dot is one key", "[a.b]\nk=1\n", [["a.b.k", "2"]], "[a.b]\nk=2\n"],
];
for (const [format, behaviour, before, changes, after] of edits) {
  test(`${format}: ${behaviour}`, async () => {
    assert.equal((await edit(format, before, changes)).text, after);
  });
}

const parses: readonly [format: FormatName, text: string, value: Record<string, unknown>][] = [
  [
    "properties",
    "a = 1\nbar   foo=baz\nfoo\nx\\ y:z\n!c\n#d\nu=\\u0026\\t\\q\nm=a\\\n   b\n\te = \\ f \n",
    { a: "1", bar: "foo=baz", foo: "", "x y": "z", u: "&\tq", m: "ab", e: " f " },
  ],
  [
    "properties",
    "__proto__=1\nconstructor=2\na=\\\n",
    JSON.parse('{"__proto__": "1", "constructor": "2", "a": ""}') as Record<string, unknown>,
  ],
  [
    "dotenv",
    '# c\nA=a#b\nB = x # y\nexport C=2\nD=\'x\\ny\'\nE="x\\ny"\nF=\'a\nb\' # c\nG=\nH= # c\nI="q\\""\n',
    { A: "a#b", B: "x", C: "2", D: "x\\ny", E: "x\ny", F: "a\nb", G: "", H: "", I: 'q"' },
  ],
  ["dotenv", "A='a\r\nb'\r\nB=c\r\n", { A: "a\nb", B: "c" }],
  [
    "ini",
    'g=1\n; c\n[s]\n # c\na = b = c\nq = "x;y"\nr=\'\ne=\n[x:y]\nz=1\n[x.y]\nz=2\n',
    { g: "1", s: { a: "b = c", q: "x;y", r: "'", e: "" }, x: { y: { z: "1" } }, "x.y": { z: "2" } },
  ],
];
for (const [format, text, value] of parses) {
  test(`${format}: ${JSON.stringify(text)} is read`, async () => {
    assert.deepEqual({ ...((await read(format, text)) as object) }, toNull(value));
  });
}

function toNull(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "object" ? Object.assign(Object.create(null), toNull(inner as Record<string, unknown>)) : inner,
    ]),
  );
}

const malformed: readonly [format: FormatName, text: string, message: RegExp][] = [
  ["properties", "a=1\nb=\\u12\n", /text:2:3: \\u needs four/],
  ["dotenv", "A=1\ns3cr3t here\n", /text:2:1: the line is no assignment/],
  ["dotenv", "export A\n", /text:1:1: the line is no assignment/],
  ["dotenv", "A='x\n", /text:1:3: the quote is not closed/],
  ["dotenv", "A='x'y\n", /text:1:6: only a comment may follow/],
  ["ini", "[a\nk=1\n", /text:1:1: the section header is broken/],
  ["ini", "a=1\ns3cr3t\n", /text:2:1: the line is no key/],
  ["ini", "a=1\n[a]\nb=1\n", /text:2:1: the section has the name of a key/],
];
for (const [format, text, message] of malformed) {
  test(`${format}: ${JSON.stringify(text)} is malformed`, async () => {
    await assert.rejects(
      read(format, text),
      (error: Error) => message.test(error.message) && !error.message.includes("s3cr3t"),
    );
  });
}
