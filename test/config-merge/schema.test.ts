import assert from "node:assert/strict";
import { test } from "node:test";
import { Workspace } from "./support.ts";

const schema = {
  type: "object",
  required: ["name", "port"],
  additionalProperties: false,
  properties: {
    name: { type: "string", pattern: "^[a-z]+$" },
    port: { $ref: "#/$defs/port" },
    debug: { type: "boolean" },
    tags: { type: "array", items: { enum: ["a", "b"] } },
  },
  $defs: { port: { type: "integer", minimum: 1 } },
};
const config = "config:\n  out.json: { from: [in.yaml, 'env:APP_*'], schema: schema.json }\n";

test("a value that is new takes the type of the schema", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("schema.json", JSON.stringify(schema));
  workspace.write("in.yaml", "name: app\n");
  const { code, stderr } = await workspace.configured(config, [], { APP_port: "8080", APP_debug: "True" });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(workspace.read("out.json")), { name: "app", port: 8080, debug: true });
  const misfit = await workspace.configured(config, [], { APP_port: "s3cr3t" });
  assert.equal(misfit.code, 5);
  assert.match(
    misfit.stderr,
    /env:APP_port does not fit port: an integer is expected \(set by the schema schema\.json\)/,
  );
  assert.doesNotMatch(misfit.stderr, /s3cr3t/);
});

test("every failure is listed with path, rule and source, without values", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("schema.json", JSON.stringify(schema));
  workspace.write("in.yaml", "name: S3CR3T\nport: 0\ntags:\n  - a\n  - s3cr3t\nextra: s3cr3t\n");
  const { code, messages, stderr } = await workspace.configured(config);
  assert.equal(code, 5);
  assert.doesNotMatch(stderr, /s3cr3t/i);
  assert.deepEqual(messages.map((message) => message.split(";")[0]).sort(), [
    "extra of out.json (in.yaml:6:8) is not allowed",
    "name of out.json (in.yaml:1:7) breaks the rule pattern ^[a-z]+$",
    "port of out.json (in.yaml:2:7) breaks the rule minimum 1",
    "tags.1 of out.json (in.yaml:5:5) breaks the rule enum",
  ]);
});

test("a missing key is named with the map that lacks it", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("schema.json", JSON.stringify(schema));
  workspace.write("in.yaml", "name: app\n");
  const { code, messages } = await workspace.configured(config);
  assert.equal(code, 5);
  assert.match(messages.join("\n"), /^\(root\) of out\.json \(in\.yaml:1:1\) lacks the required port/);
});

test("a missing schema is exit status 3, a malformed one 4", async (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.yaml", "name: app\n");
  assert.equal((await workspace.configured(config)).code, 3);
  for (const broken of [
    "{",
    "5",
    '{"$ref": "http://localhost:1/other.json"}',
    '{"properties": {"name": {"pattern": "("}}}',
  ]) {
    workspace.write("schema.json", broken);
    assert.equal((await workspace.configured(config)).code, 4, broken);
  }
});
