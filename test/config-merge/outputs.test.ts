import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { Workspace } from "./support.ts";

test("a second run writes nothing", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  await workspace.merge(["in.json", "a=2", "-o", "out.json"]);
  utimesSync(workspace.path("out.json"), 1, 1);
  const before = statSync(workspace.path("out.json"));
  const { code, messages } = await workspace.merge(["in.json", "a=2", "-o", "out.json"]);
  const after = statSync(workspace.path("out.json"));
  assert.equal(code, 0);
  assert.deepEqual([after.ino, after.mtimeMs, after.ctimeMs], [before.ino, before.mtimeMs, before.ctimeMs]);
  assert.match(messages.join(), /nothing to do/);
});

test("one output that cannot be built or written leaves all others untouched", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  workspace.write("one.json", "old");
  const build = await workspace.configured(
    "config:\n  one.json: { from: [in.json] }\n  two.json: { from: [in.json], require: [b] }\n",
  );
  assert.equal(build.code, 5);
  assert.equal(workspace.read("one.json"), "old");
  const write = await workspace.configured(
    "config:\n  new/: {}\n  one.json: { from: [in.json] }\n  none/two.json: { from: [in.json] }\n",
  );
  assert.equal(write.code, 6);
  assert.match(
    write.messages.join(),
    /cannot write none\/two\.json: the directory .*none does not exist; add a volumeMount/,
  );
  assert.equal(workspace.read("one.json"), "old");
  assert.deepEqual(workspace.list("."), ["in.json", "one.json", "outrigger.yaml"]);
});

test("the mode is exact under any umask, and an existing output keeps its own", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  const previous = process.umask(0o077);
  atEnd(t, () => process.umask(previous));
  await workspace.merge(["in.json", "-o", "new.json"]);
  assert.equal(statSync(workspace.path("new.json")).mode & 0o7777, 0o644);
  workspace.write("old.json", "x");
  chmodSync(workspace.path("old.json"), 0o604);
  await workspace.merge(["in.json", "-o", "old.json"]);
  assert.equal(statSync(workspace.path("old.json")).mode & 0o7777, 0o604);
  await workspace.configured('config:\n  old.json: { from: [in.json], mode: "4711" }\n');
  assert.equal(statSync(workspace.path("old.json")).mode & 0o7777, 0o4711, "also when the bytes are the same");
});

test("a symbolic link stays, and the file it leads to is replaced", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  workspace.write("real/out.json", "old");
  symlinkSync("real/out.json", workspace.path("link.json"));
  assert.equal((await workspace.merge(["in.json", "-o", "link.json"])).code, 0);
  assert.equal(workspace.read("real/out.json"), "{}");
  assert.equal(readFileSync(workspace.path("link.json"), "utf8"), "{}");
});

test("a directory in the place of a file, and a file in the place of a directory, are exit status 6", async (t) => {
  const workspace = new Workspace(t);
  mkdirSync(workspace.path("d.json"));
  workspace.write("f", "");
  const { code, messages } = await workspace.configured('config:\n  d.json: { content: "" }\n');
  assert.equal(code, 6);
  assert.match(messages.join(), /cannot write d\.json: it is a directory/);
  const other = await workspace.configured('config:\n  f/: { mode: "0755" }\n');
  assert.equal(other.code, 6);
  assert.match(other.messages.join(), /cannot make the directory .*f: a file is in its place/);
});

test("temporary files of dead runs are removed, those of live ones stay", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", "{}");
  const namespace = /\d+/.exec(statNamespace())?.[0];
  const own = readFileSync("/proc/self/stat", "latin1");
  const start = own.slice(own.lastIndexOf(")") + 2).split(" ")[19];
  const live = `.out.json.cm-${namespace}-${process.pid}-${start}-00000000`;
  const dead = `.out.json.cm-${namespace}-${process.pid}-1-00000000`;
  const foreign = ".out.json.cm-1-1-1-00000000";
  for (const name of [live, dead, foreign, ".out.json.cm-mine"]) workspace.write(`out/${name}`, "");
  utimesSync(workspace.path(`out/${foreign}`), 1, 1);
  await workspace.merge(["in.json", "-o", "out/out.json"]);
  assert.deepEqual(workspace.list("out"), [live, ".out.json.cm-mine", "out.json"].sort());
});

function statNamespace(): string {
  return String(statSync("/proc/self/ns/pid").ino);
}

test("--check-output tells whether an output is current, and writes nothing", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const check = async () => (await workspace.merge(["in.json", "-o", "out.json", "--check-output"])).code;
  assert.equal(await check(), 10);
  assert.deepEqual(workspace.list("."), ["in.json"]);
  await workspace.merge(["in.json", "-o", "out.json"]);
  assert.equal(await check(), 0);
  writeFileSync(workspace.path("out.json"), "x");
  assert.equal(await check(), 10);
  assert.equal(workspace.read("out.json"), "x");
});

test("--diff shows what would change, with secrets masked", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{\n  "a": "1",\n  "b": "x",\n  "Password": "n3w",\n  "c": 1\n}\n');
  workspace.write("out.json", '{\n  "a": "0",\n  "b": "0ld",\n  "Password": "0ld",\n  "c": 1\n}\n');
  const { code, stdout } = await workspace.merge(["in.json", "b=env:B", "-o", "out.json", "--diff"], { B: "n3w" });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    '--- out.json\n+++ out.json\n@@ -1,6 +1,6 @@\n {\n-  "a": "0",\n-  "b": ***,\n-  "Password": ***,\n' +
      '+  "a": "1",\n+  "b": ***,\n+  "Password": ***,\n   "c": 1\n }\n',
  );
  assert.match(workspace.read("out.json"), /0ld/);
});

test("--explain names the origin of every value and what it overrode", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": {"b": 1},\n "c": "x", "token": "t0k"}');
  workspace.write("over.yaml", "c: y\n");
  const { stdout } = await workspace.merge(["in.json", "over.yaml", "env:APP_*", "d=5", "--explain"], {
    APP_A__B: "2",
  });
  assert.deepEqual(stdout.split("\n"), [
    "a.b = *** (env:APP_A__B overrides in.json:1:13; variable APP_a__b)",
    'c = "y" (over.yaml:1:4 overrides in.json:2:7; variable APP_c)',
    "token = *** (in.json:2:21; variable APP_token)",
    'd = "5" (set; variable APP_d)',
    "",
  ]);
});

test("problems of sources, values and places are reported in one run, and the lowest status counts", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const { code, messages } = await workspace.configured(
    "config:\n  one.json: { from: [in.json], set: { a: env:UNSET } }\n  none/two.json: { from: [in.json] }\n  three.json: { from: [gone.json] }\n",
  );
  assert.equal(code, 3);
  const text = messages.join("\n");
  for (const part of [/UNSET is not set/, /cannot write none\/two\.json/, /cannot read gone\.json/])
    assert.match(text, part);
});
