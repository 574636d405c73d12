import assert from "node:assert/strict";
import { test } from "node:test";
import { Workspace } from "./support.ts";

const timecheck = `\ufeff{
  "Application": {
    "Version": "1.1",
    "Environment": "DEV"
  },
  "Timer": { "IntervalSeconds": "5" }
}`;

test("one value of a JSON file is replaced, every other byte stays", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in/appsettings.json", timecheck);
  workspace.write("out/.keep", "");
  const { code, stdout } = await workspace.merge(
    ["./in/appsettings.json", "Application.Environment=env:APP_ENVIRONMENT", "Timer.IntervalSeconds=7", "-o", "out/"],
    { APP_ENVIRONMENT: "TEST" },
  );
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "" });
  assert.equal(workspace.read("out/appsettings.json"), timecheck.replace("DEV", "TEST").replace('"5"', '"7"'));
});

test("without -o the result goes to stdout, and nothing else does", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.yaml", "a: 1 # one\n");
  const { code, stdout } = await workspace.merge(["a.yaml", "a=2"]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "a: 2 # one\n" });
});

test("-o - writes to stdout", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.json", '{"a": 1}\n');
  assert.equal((await workspace.merge(["./a.json", "-o", "-"])).stdout, '{"a": 1}\n');
});

test("a value may hold further equals signs, and a quoted key one of its own", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.json", '{"a": "x", "k=v": "y"}');
  const { stdout } = await workspace.merge(["a.json", "a=b=c", '"k=v"=z']);
  assert.equal(stdout, '{"a": "b=c", "k=v": "z"}');
});

test("later sources win, the first one keeps its text", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.json", '{"a": 1, "b": {"c": 2}}');
  workspace.write("b.yaml", "b:\n  c: 3\n  d: [x]\n");
  const { stdout } = await workspace.merge(["a.json", "b.yaml"]);
  assert.equal(stdout, '{"a": 1, "b": {"c": 3, "d": ["x"]}}');
});

test("--env is a source after all others, assignments come last", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.json", '{"a": 1, "b": 2, "c": 3}');
  const { stdout } = await workspace.merge(["--env", "APP_", "c=30", "a.json"], {
    APP_B: "20",
    APP_C: "29",
    OTHER: "x",
  });
  assert.equal(stdout, '{"a": 1, "b": 20, "c": 30}');
});

test("variables alone make a file in the format of its name", async (t) => {
  const workspace = new Workspace(t);
  const { code } = await workspace.merge(["env:APP_*", "-o", "out.yaml"], { APP_A__B: "x" });
  assert.equal(code, 0);
  assert.equal(workspace.read("out.yaml"), "A:\n  B: x\n");
});

test("an existing output is no source, and a source may be its own output", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  workspace.write("out.json", '{"old": true}');
  await workspace.merge(["in.json", "-o", "out.json"]);
  assert.equal(workspace.read("out.json"), '{"a": 1}');
  await workspace.merge(["in.json", "a=2", "-o", "in.json"]);
  assert.equal(workspace.read("in.json"), '{"a": 2}');
});

test("an output in another format than the source is written canonically", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.yaml", "a: {b: [1, 0x1F]} # c\n");
  await workspace.merge(["in.yaml", "-o", "out.json"]);
  assert.equal(workspace.read("out.json"), '{\n  "a": {\n    "b": [\n      1,\n      31\n    ]\n  }\n}\n');
});

test("a file whose format is unknown is copied byte for byte", async (t) => {
  const workspace = new Workspace(t);
  const bytes = Buffer.from([0, 255, 10, 13]);
  workspace.write("in.bin", bytes);
  workspace.write("out/.keep", "");
  assert.equal((await workspace.merge(["./in.bin", "-o", "out/"])).code, 0);
  assert.equal(workspace.read("out/in.bin"), bytes.toString("utf8"));
});

const refused: readonly [behaviour: string, args: string[], message: RegExp][] = [
  ["an unknown option", ["--ouput", "x"], /unknown option --ouput.*--output/],
  ["-o without sources", ["-o", "x"], /-o needs sources/],
  ["-o twice", ["a.json", "-o", "x", "-o", "y"], /-o is given twice/],
  ["a variable as a source", ["env:NAME"], /env:NAME is no source.*PATH=env:NAME/],
  ["an unfinished quote in a path", ["a.json", '"a=1'], /is no assignment/],
  ["an empty segment in a path", ["a.json", "a..b=1"], /a segment is empty/],
  ["a result without a format", ["env:X*"], /format of the output cannot be told/],
  ["--check-output without an output", ["a.json", "--check-output"], /--check-output needs an output/],
  ["a missing configuration file", ["--config", "none.yaml"], /none\.yaml/],
];
for (const [behaviour, args, message] of refused) {
  test(`${behaviour} is refused with exit status 2`, async (t) => {
    const workspace = new Workspace(t);
    workspace.write("a.json", "{}");
    const { code, messages } = await workspace.merge(args);
    assert.equal(code, 2);
    assert.match(messages.join("\n"), message);
  });
}

test("--help and --version print and exit 0", async (t) => {
  const workspace = new Workspace(t);
  assert.match((await workspace.merge(["--help"])).stdout, /--check-output/);
  assert.match((await workspace.merge(["--version"])).stdout, /^config-merge \d/);
});
