import assert from "node:assert/strict";
import { test } from "node:test";
import { Workspace } from "./support.ts";

const config = (entry: string, rest = "") => `config: { out.json: { from: [in.json, ${entry}]${rest} } }`;

test("a patch is applied in its place among the sources, and leaves all other bytes alone", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{\n  // who\n  "hosts": ["a", "c"], "n": 1.10\n}\n');
  workspace.write("patch.yaml", "- { op: add, path: /hosts/1, value: b }\n- { op: remove, path: /n }\n");
  workspace.write("after.json", '{"n": 5}');
  const { code, messages } = await workspace.configured(config("{ patch: patch.yaml }, after.json"));
  assert.equal(code, 0, messages.join());
  assert.equal(workspace.read("out.json"), '{\n  // who\n  "hosts": ["a", "b", "c"], "n": 5\n}\n');
});

test("a list in a plain file replaces the document, as in RFC 7396", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  workspace.write("patch.json", '[{"op": "remove", "path": "/a"}]');
  await workspace.configured(config("patch.json"));
  assert.deepEqual(JSON.parse(workspace.read("out.json")), [{ op: "remove", path: "/a" }]);
});

const faults: readonly [behaviour: string, patch: string, code: number, message: RegExp][] = [
  ["a test that fails", '[\n {"op":"test","path":"/a","value":"canary-2"}]', 4, /patch\.json:2:2: test .* a does not/],
  [
    "an operation that is impossible",
    '[{"op":"remove","path":"/x"}]',
    4,
    /patch\.json:1:2: remove .* x does not exist/,
  ],
  ["a patch that is no list", '{"a": "canary-2"}', 4, /patch\.json:1:1: a patch is a list/],
  ["a patch that is malformed", "[", 4, /patch\.json:1:2/],
];
for (const [behaviour, patch, code, message] of faults) {
  test(`${behaviour} is exit ${code} with its place, without values, and the old output stays`, async (t) => {
    const workspace = new Workspace(t);
    workspace.write("in.json", '{"a": "canary-1"}');
    workspace.write("out.json", "old");
    workspace.write("patch.json", patch);
    const result = await workspace.configured(config("{ patch: patch.json }"));
    assert.equal(result.code, code);
    assert.match(result.messages.join(), message);
    assert.doesNotMatch(result.stdout + result.stderr, /canary/);
    assert.equal(workspace.read("out.json"), "old");
  });
}

test("an absent patch is exit 3, unless it is optional", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  assert.equal((await workspace.configured(config("{ patch: none.json }"))).code, 3);
  assert.equal((await workspace.configured(config("{ patch: none.json, optional: true }"))).code, 0);
  assert.equal(workspace.read("out.json"), '{"a": 1}');
});

test("a patch in another format than JSON and YAML is exit 2, naming the entry", async (t) => {
  const workspace = new Workspace(t);
  const { code, messages } = await workspace.configured(config("{ patch: patch.toml }"));
  assert.equal(code, 2);
  assert.match(
    messages.join(),
    /outrigger\.yaml:1:\d+: config\."out\.json"\.from\[1\]\.patch: must be a JSON or YAML file/,
  );
});

test("a misspelt key beside patch is an error that names the nearest one", async (t) => {
  const workspace = new Workspace(t);
  const { code, messages } = await workspace.configured(config("{ patch: patch.json, optonal: true }"));
  assert.equal(code, 2);
  assert.match(messages.join(), /optonal.*optional/);
});

test("--explain names the patch's line, --diff shows what it changes and masks secrets", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1, "password": "canary-1"}\n');
  workspace.write(
    "patch.json",
    '[{"op":"replace","path":"/a","value":2},\n{"op":"replace","path":"/password","value":"canary-2"}]',
  );
  const explained = await workspace.configured(config("{ patch: patch.json }"), ["--explain"]);
  assert.match(explained.stdout, /^a = 2 \(patch\.json:1:38 overrides in\.json:1:7;/m);
  workspace.write("out.json", '{"a": 1, "password": "canary-1"}\n');
  const diff = await workspace.configured(config("{ patch: patch.json }"), ["--diff"]);
  assert.match(diff.stdout, /^-\{"a": 1, "password": \*\*\*\}$/m);
  assert.match(diff.stdout, /^\+\{"a": 2, "password": \*\*\*\}$/m);
  assert.doesNotMatch(explained.stdout + diff.stdout, /canary/);
});

test("every fault of a patch and of other sources is reported in one run", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  workspace.write("patch.json", '[{"op":"remove","path":"/x"}]');
  const { code, messages } = await workspace.configured(config("{ patch: patch.json }", ", set: { a: env:NOT_SET }"));
  assert.equal(code, 4);
  assert.match(messages.join(), /x does not exist/);
  assert.match(messages.join(), /NOT_SET/);
});
