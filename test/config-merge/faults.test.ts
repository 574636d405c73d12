import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { test } from "node:test";
import { Workspace } from "./support.ts";

/** Sources that are refused: file name, content, exit status, message. */
const sources: readonly [behaviour: string, name: string, content: string | Buffer, code: number, message: RegExp][] = [
  ["broken JSON", "in.json", '{"a": s3cr3t}', 4, /in\.json:1:7: a value is expected/],
  ["an unfinished JSON object", "in.json", '{"a": 1', 4, /in\.json:1:8: the object that starts at .*1:1 is not closed/],
  ["an empty JSON file", "in.json", "", 4, /in\.json:1:1: the file is empty/],
  ["a duplicate JSON key", "in.json", '{"a": 1,\n "a": 2}', 4, /in\.json:2:2: the key occurs twice/],
  ["JSON nested too deep", "in.json", "[".repeat(200), 4, /nested deeper than 100 levels/],
  ["a duplicate YAML key", "in.yaml", "a: 1\na: 2\n", 4, /in\.yaml:2:1: the key occurs twice/],
  ["a tab as YAML indentation", "in.yaml", "a:\n\tb: 1\n", 4, /in\.yaml:2:1: a tab is used as indentation/],
  ["several YAML documents", "in.yaml", "a: 1\n---\nb: 2\n", 4, /in\.yaml:2:1: the file holds several documents/],
  ["YAML with an unknown anchor", "in.yaml", "a: *s3cr3t\n", 4, /in\.yaml:1:4: the alias names no anchor/],
  ["aliases that multiply", "in.yaml", laughs(), 4, /in\.yaml:\d+:\d+: more than/],
  ["UTF-16", "in.json", Buffer.from("\ufeff{}", "utf16le"), 4, /in\.json is UTF-16.*save it as UTF-8/],
  ["invalid UTF-8", "in.json", Buffer.from([0x22, 0xff, 0x22]), 4, /in\.json is not valid UTF-8/],
];

function laughs(): string {
  const lines = ["a0: &a0 [s3cr3t]"];
  for (let level = 1; level < 10; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}

for (const [behaviour, name, content, code, message] of sources) {
  test(`${behaviour} is refused with exit status ${code}, its text is not shown, and the old output stays`, async (t) => {
    const workspace = new Workspace(t);
    workspace.write(`src/${name}`, content);
    workspace.write(`out/${name}`, "old");
    const result = await workspace.merge([`./src/${name}`, "x=1", "-o", `out/${name}`]);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.messages.join("\n"), message);
    assert.doesNotMatch(result.stderr + result.stdout, /s3cr3t/);
    assert.equal(workspace.read(`out/${name}`), "old");
    assert.deepEqual(workspace.list("out"), [name]);
  });
}

test("an absent source, a loop of links, a directory and a fifo are refused with exit status 3", async (t) => {
  const workspace = new Workspace(t);
  symlinkSync("loop.json", workspace.path("loop.json"));
  symlinkSync("nowhere", workspace.path("dangling.json"));
  execFileSync("mkfifo", [workspace.path("fifo.json")]);
  workspace.write("base.json", "{}");
  for (const [name, reason] of [
    ["none.json", /none\.json: it does not exist/],
    ["dangling.json", /dangling\.json: it does not exist/],
    ["loop.json", /loop\.json: its symbolic links form a loop/],
    ["fifo.json", /fifo\.json: it is a fifo or a socket/],
    ["base.json/x.json", /x\.json: a part of its path is a file/],
  ] as const) {
    const { code, messages } = await workspace.merge(["base.json", name]);
    assert.equal(code, 3, name);
    assert.match(messages.join("\n"), reason);
  }
});

test("a source without end is refused while it is read", async (t) => {
  const { code, messages } = await new Workspace(t).configured(
    "config:\n  out.json: { from: [{ file: /dev/zero, format: json }] }\n",
  );
  assert.equal(code, 4);
  assert.match(messages.join("\n"), /\/dev\/zero is larger than 16 MiB/);
});

/** Values that are refused: the base, the assignment, the message. */
const values: readonly [behaviour: string, base: string, assignment: string, message: RegExp][] = [
  [
    "text for a number",
    '{"a": 8080}',
    "a=abc-s3cr3t",
    /set does not fit a: a number is expected \(set by .*in\.json:1:7\)/,
  ],
  ["no for a boolean", '{"a": true}', "a=env:NO", /env:NO does not fit a: a boolean is expected.*give true or false/],
  ["text for a map", '{"a": {}}', "a=s3cr3t", /a map is expected/],
  ["text for a list", '{"a": []}', "a=s3cr3t", /a list is expected/],
  ["an unset variable", '{"a": "x"}', "a=env:UNSET", /environment variable UNSET is not set; a of stdout needs it/],
  ["an unresolved reference", '{"a": "x"}', "a=env:REF", /env:REF for a of stdout is a \$\(NAME\) reference/],
];
for (const [behaviour, base, assignment, message] of values) {
  test(`${behaviour} is refused with exit status 5`, async (t) => {
    const workspace = new Workspace(t);
    workspace.write("in.json", base);
    const { code, messages, stderr } = await workspace.merge(["in.json", assignment], { NO: "no", REF: "$(DB_HOST)" });
    assert.equal(code, 5);
    assert.match(messages.join("\n"), message);
    assert.doesNotMatch(stderr, /s3cr3t|DB_HOST/);
  });
}

test("all missing variables are named in one run", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  const { code, messages } = await workspace.merge(["in.json", "a=env:ONE", "b=env:TWO", "c=file:/none"]);
  assert.equal(code, 3, "the lowest status wins");
  assert.match(messages.join("\n"), /ONE.*TWO.*\/none/s);
});

test("an ambiguous key, an index beyond the end and two variables for one key are exit status 4", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"Key": 1, "KEY": 2, "list": [1]}');
  const { code, messages } = await workspace.merge(["in.json", "env:APP_*", "key=3", "list.5=1"], {
    APP_A: "x",
    APP_a: "y",
  });
  assert.equal(code, 4);
  assert.match(messages.join("\n"), /env:APP_A and env:APP_a both set A/);
  assert.match(messages.join("\n"), /key could be any of Key, KEY/);
  assert.match(messages.join("\n"), /list\.5: list .* has 1 elements.*1 appends/);
});
