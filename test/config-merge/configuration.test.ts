import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { Workspace } from "./support.ts";

test("the outputs of the configuration file are all built", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{ "App": { "Env": "DEV", "Port": 1 }, "Old": 1 }');
  workspace.write("secrets/db__password", "pa:ss\n");
  workspace.write("pw", "line\n");
  const { code, stderr } = await workspace.configured(
    `config:
  out/:
    mode: "0750"
  out/app.json:
    from: [in.json, secrets/, "env:APP_*"]
    set:
      App.Env: env:ENVIRONMENT:-TEST
      App.Big: 12345678901234567890
      App.Rate: 1.10
      App.Text: { value: "env:ENVIRONMENT" }
      App.Password: file:${workspace.path("pw")}
      Old: null
    require: [App.Env]
    mode: "0640"
  out/start.sh: { content: "#!/bin/sh\\nexec app\\n", mode: "0755" }
`,
    [],
    { APP_App__Port: "8080" },
  );
  assert.equal(code, 0, stderr);
  assert.equal(
    workspace.read("out/app.json"),
    '{ "App": { "Env": "TEST", "Port": 8080, "Big": 12345678901234567890, "Rate": 1.10, "Text": "env:ENVIRONMENT", "Password": "line" }, "db": {"password": "pa:ss"} }',
  );
  assert.equal(workspace.read("out/start.sh"), "#!/bin/sh\nexec app\n");
  assert.equal(statSync(workspace.path("out")).mode & 0o7777, 0o750);
  assert.equal(statSync(workspace.path("out/app.json")).mode & 0o7777, 0o640);
  assert.equal(statSync(workspace.path("out/start.sh")).mode & 0o7777, 0o755);
});

test("lists merge as arrays says", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("base.json", '{"l": [1, 2], "m": [{"name": "a", "x": 1}, {"name": "b"}]}');
  workspace.write("over.yaml", "l: [3]\nm: [{name: c}, {name: a, x: null, y: 2}]\n");
  const strategies = { replace: "", append: "", index: "", byName: "" };
  const outputs = Object.keys(strategies).map((name) => {
    const arrays = name === "byName" ? "{ by: name }" : name;
    return `  ${name}.json: { from: [base.json, over.yaml], arrays: ${arrays} }\n`;
  });
  assert.equal((await workspace.configured(`config:\n${outputs.join("")}`)).code, 0);
  const read = (name: string) => JSON.parse(workspace.read(`${name}.json`)) as unknown;
  assert.deepEqual(read("replace"), { l: [3], m: [{ name: "c" }, { name: "a", x: null, y: 2 }] });
  assert.deepEqual((read("append") as { l: number[] }).l, [1, 2, 3]);
  assert.deepEqual((read("index") as { l: number[] }).l, [3, 2]);
  assert.deepEqual(read("byName"), { l: [3], m: [{ name: "a", y: 2 }, { name: "b" }, { name: "c" }] });
});

test("an element without the key, or two with the same, is exit status 4", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("base.json", '{"m": [{"name": "a"}, {"x": 1}]}');
  workspace.write("over.json", '{"m": [{"name": "a"}]}');
  const config = "config:\n  out.json: { from: [base.json, over.json], arrays: { by: name } }\n";
  const { code, messages } = await workspace.configured(config);
  assert.equal(code, 4);
  assert.match(messages.join("\n"), /m\.1 \(base\.json:1:23\) has no name/);
});

test("a required path without a value is exit status 5, an empty string is a value", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": "", "b": null, "c": 0, "d": false}');
  const config = "config:\n  out.json: { from: [in.json], require: [a, b, c, d, e.f] }\n";
  const { code, messages } = await workspace.configured(config);
  assert.equal(code, 5);
  assert.deepEqual(
    messages.map((message) => message.split(" ")[0]),
    ["b", "e.f"],
  );
});

test("an optional source may be absent but not malformed", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const config =
    "config:\n  out.json: { from: [in.json, { file: more.json, optional: true }, { file: dir/, optional: true }] }\n";
  assert.equal((await workspace.configured(config)).code, 0);
  workspace.write("more.json", "{");
  assert.equal((await workspace.configured(config)).code, 4);
});

const refused: readonly [behaviour: string, config: string, message: RegExp][] = [
  ["an unknown key", "config:\n  o.json:\n    fron: [a]\n", /outrigger\.yaml:3:5: .*unknown key "fron".*"from"/],
  ["an unquoted mode", 'config:\n  o.json: { content: "", mode: 0644 }\n', /mode: must be permission bits in quotes/],
  ["an owner by name", 'config:\n  o.json: { content: "", owner: "www:www" }\n', /owner: must be "uid:gid" in numbers/],
  ["content beside from", 'config:\n  o.json: { content: "", from: [a.json] }\n', /from: excludes content/],
  ["an output without content", "config:\n  o.json: {}\n", /says nothing about its content/],
  [
    "a directory output with content",
    'config:\n  o/: { content: "" }\n',
    /a directory output takes mode and owner only/,
  ],
  ["a path that cannot be read", "config:\n  o.json: { set: { a..b: 1 } }\n", /a segment is empty/],
  ["a variable as a source", 'config:\n  o.json: { from: ["env:NAME"] }\n', /env:NAME is no source/],
  [
    "one output twice",
    'config:\n  o.json: { content: "" }\n  ./o.json: { content: "" }\n',
    /o\.json and \.\/o\.json are the same output/,
  ],
  ["an output without a format", "config:\n  o: { set: { a: 1 } }\n", /format of o cannot be told/],
];
for (const [behaviour, config, message] of refused) {
  test(`${behaviour} is refused with exit status 2`, async (t) => {
    const { code, messages } = await new Workspace(t).configured(config);
    assert.equal(code, 2);
    assert.match(messages.join("\n"), message);
  });
}

test("an assignment goes to the one output that has its path", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("a.json", '{"x": {"y": "1"}}');
  workspace.write("b.json", '{"z": "1"}');
  const config = "config:\n  oa.json: { from: [a.json] }\n  ob.json: { from: [b.json] }\n";
  assert.equal((await workspace.configured(config, ["x.y=2"])).code, 0);
  assert.equal(workspace.read("oa.json"), '{"x": {"y": "2"}}');
  assert.equal(workspace.read("ob.json"), '{"z": "1"}');
  const { code, messages } = await workspace.configured(config, ["new=2"]);
  assert.equal(code, 2);
  assert.match(messages.join("\n"), /new exists in none of the outputs: oa\.json, ob\.json/);
});

test("--check validates without reading sources, --print-config shows what is in force", async (t) => {
  const workspace = new Workspace(t);
  const config = "config:\n  o.json: { from: [none.json] }\n";
  const { code, stdout } = await workspace.configured(config, ["--check"]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "ok\n" });
  assert.match(
    (await workspace.configured(config, ["--print-config"])).stdout,
    /o\.json:\n\s+from:\n\s+- none\.json\n\s+arrays: replace/,
  );
  assert.equal((await workspace.configured("config: { o.json: 5 }\n", ["--check"])).code, 2);
});

test("--print-config masks literals under names of secrets", async (t) => {
  const config =
    'config:\n  o.json: { set: { Db.Password: "s3cr3t", Db.Host: "db", Api: { token: "t0k3n" }, Key: "env:KEY" } }\n';
  const { stdout } = await new Workspace(t).configured(config, ["--print-config"]);
  assert.doesNotMatch(stdout, /s3cr3t|t0k3n/);
  assert.match(stdout, /Db\.Host: db[\s\S]*env:KEY/);
});

test("a source may be a pattern: its files are merged in the order of their names", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("conf.d/20-b.yaml", "a: 2\nb: 2\n");
  workspace.write("conf.d/10-a.yaml", "a: 1\nc: 1\n");
  assert.equal((await workspace.merge(["./conf.d/*.yaml"])).stdout, "a: 2\nc: 1\nb: 2\n");
  assert.equal((await workspace.merge(["./conf.d/*.json"])).code, 3);
});
