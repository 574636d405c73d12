import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { startTool } from "../harness/tool.ts";
import { type Result, Workspace } from "./support.ts";

const formats = ["json", "yaml", "toml", "env", "ini", "properties", "xml"] as const;
type Extension = (typeof formats)[number];

/** A value nobody else has: wherever it shows up, it has leaked. */
class Canaries {
  readonly #all: string[] = [];

  plant(): string {
    const canary = `canary${randomBytes(8).toString("hex")}`;
    this.#all.push(canary);
    return canary;
  }

  assertSafe({ stdout, stderr }: Pick<Result, "stdout" | "stderr">, what: string): void {
    for (const canary of this.#all)
      assert.ok(!(stdout + stderr).includes(canary), `${what} shows a value:\n${stdout}${stderr}`);
  }
}

/** A file that holds `value` under `password`. */
const documents: Readonly<Record<Extension, (value: string) => string>> = {
  json: (value) => `{"password": "${value}", "plain": 1, "list": [1]}\n`,
  yaml: (value) => `password: ${value}\nplain: 1\nlist: [1]\n`,
  toml: (value) => `password = "${value}"\nplain = 1\nlist = [1]\n`,
  env: (value) => `password=${value}\nplain=1\n`,
  ini: (value) => `password=${value}\nplain=1\n`,
  properties: (value) => `password=${value}\nplain=1\n`,
  xml: (value) => `<c><password>${value}</password><plain>1</plain></c>\n`,
};

/** A file that is malformed at `value`. */
const broken: Readonly<Record<Extension, (value: string) => string>> = {
  json: (value) => `{"password": ${value}}`,
  yaml: (value) => `password: "${value}`,
  toml: (value) => `password = ${value}\n`,
  env: (value) => `password='${value}`,
  ini: (value) => `[${value}\n`,
  properties: (value) => `password=${value}\\u12\n`,
  xml: (value) => `<c>&${value};</c>`,
};

for (const extension of formats) {
  test(`no value of a ${extension} source is in any message of good or failing runs, at the level debug`, async (t) => {
    const workspace = new Workspace(t);
    const canaries = new Canaries();
    const input = `in.${extension}`;
    workspace.write(input, documents[extension](canaries.plant()));
    workspace.write(`old.${extension}`, documents[extension](canaries.plant()));
    workspace.write(`broken.${extension}`, broken[extension](canaries.plant()));
    const env = { ONE: canaries.plant(), OUTRIGGER_LOG_LEVEL: "debug" };
    const runs: [args: string[], code: number][] = [
      [[input, "password=env:ONE", "-o", `old.${extension}`, "--diff", "--check-output"], 10],
      [[input, "password=env:ONE", "other=env:ONE", "-o", `new.${extension}`, "--diff", "--explain"], 0],
      [[input, `broken.${extension}`, "-o", `new.${extension}`], 4],
      [[input, "password.deep.1=env:ONE", "-o", "none/out.json", "--explain"], 6],
    ];
    for (const [args, code] of runs) {
      const result = await workspace.merge(args, env);
      canaries.assertSafe(result, args.join(" "));
      assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    }
  });
}

test("no value of any kind of source is in any message, whatever is wrong with it", async (t) => {
  const workspace = new Workspace(t);
  const canaries = new Canaries();
  workspace.write("in.json", documents.json(canaries.plant()));
  workspace.write("dir/plain", canaries.plant());
  workspace.write("dir/list", canaries.plant());
  workspace.write("utf16/key", Buffer.from(`\ufeff${canaries.plant()}`, "utf16le"));
  workspace.write("file", canaries.plant());
  workspace.write("patch.yaml", `- { op: test, path: /password, value: ${canaries.plant()} }\n`);
  workspace.write("schema.json", '{"properties": {"password": {"const": 1, "maxLength": 1}, "deep": false}}');
  const env = {
    APP_plain: canaries.plant(),
    APP_PLAIN: canaries.plant(),
    ONE: canaries.plant(),
    REF: "$(canary)",
    OUTRIGGER_LOG_LEVEL: "debug",
  };
  const file = `file:${workspace.path("file")}`;
  const runs: [args: string[], code: number][] = [
    [["in.json", `password=${canaries.plant()}`, "--explain"], 0],
    [["in.json", `token=${file}`, "-o", "out.json", "--diff"], 0],
    [["in.json", "dir/", "-o", "out.json"], 5],
    [["in.json", "utf16/", "-o", "out.json"], 4],
    [["in.json", "env:APP_*", "-o", "out.json"], 4],
    [["in.json", `plain=${file}`, "list=env:ONE", "password.x=env:UNSET", "-o", "out.json"], 5],
    [["in.json", "list.9=env:ONE", "password=env:REF", "-o", "out.yaml"], 4],
    [["in.json", `plain=${canaries.plant()}`, "-o", "out.json"], 5],
  ];
  for (const [args, code] of runs) {
    const result = await workspace.merge(args, env);
    canaries.assertSafe(result, args.join(" "));
    assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
  }
  const url = `http://${canaries.plant()}:${canaries.plant()}@127.0.0.1:1/?token=${canaries.plant()}`;
  for (const [from, code] of [
    ["from: [in.json], schema: schema.json, set: { deep: env:ONE }", 5],
    ["from: [in.json, { patch: patch.yaml }]", 4],
    [`content: ${canaries.plant()}, mode: "644x"`, 2],
    [`set: [${canaries.plant()}]`, 2],
    [`set: { password: ${canaries.plant()} }`, 0],
  ] as const) {
    const result = await workspace.configured(`config:\n  out.json: { ${from} }\n`, ["--on-change", url], env);
    canaries.assertSafe(result, from);
    assert.equal(result.code, code, `${from}: ${result.stderr}`);
  }
});

test("no value is in a log line or a metric while watching, whatever the sources become", async (t) => {
  const workspace = new Workspace(t);
  const canaries = new Canaries();
  workspace.write("in/a.json", documents.json(canaries.plant()));
  const port = await freePort();
  const args = ["./in/a.json", "password=env:ONE", "-o", "out/a.json", "--watch", "--admin", String(port)];
  const url = `http://127.0.0.1:${port}`;
  workspace.write("out/.keep", "");
  const tool = startTool("config-merge", [...args, "--on-change", `http://127.0.0.1:1/${canaries.plant()}`], {
    cwd: workspace.directory,
    env: { ONE: canaries.plant(), OUTRIGGER_LOG_LEVEL: "debug" },
    test: t,
  });
  await tool.waitFor(/could not tell the application/, { on: "stderr", ms: 30_000 });
  workspace.write("in/a.json", broken.json(canaries.plant()));
  await tool.waitFor(/the outputs stay as they are/, { on: "stderr", ms: 30_000 });
  workspace.write("in/a.json", `{"password": ${JSON.stringify([canaries.plant()])}}`);
  await tool.waitFor(/does not fit password/, { on: "stderr", ms: 30_000 });
  const { body } = await get(`${url}/metrics`);
  canaries.assertSafe({ stdout: tool.stdout + body, stderr: tool.stderr }, "watching");
});

test("no value of the configuration is in messages about schema, require, owner or lists", async (t) => {
  const workspace = new Workspace(t);
  const canaries = new Canaries();
  const value = canaries.plant();
  workspace.write(
    "schema.json",
    '{"properties": {"a": {"type": "integer", "enum": [1]}, "b": {"pattern": "^x$"}, "l": {"uniqueItems": true}}}',
  );
  workspace.write("in.json", `{"l": [{"name": "${value}"}, {"name": "${value}"}]}`);
  for (const config of [
    `config:\n  out.json:\n    set: { a: "${value}", b: { value: "${value}" }, l: [${value}, ${value}] }\n    schema: schema.json\n    require: [c]\n`,
    "config:\n  out.json:\n    from: [in.json, in.json]\n    arrays: { by: name }\n",
    `config:\n  out.toml:\n    set: { a: "${value}", b: [null, "${value}"] }\n`,
    `config:\n  out.ini:\n    set: { a: "${value}\\n", b: ["${value}"] }\n`,
  ]) {
    const result = await workspace.configured(config);
    assert.ok([4, 5].includes(result.code ?? 0), result.stderr);
    canaries.assertSafe(result, config);
  }
});
