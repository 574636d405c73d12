import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Result, Workspace } from "./support.ts";

const formats = ["json", "yaml", "toml", "env"] as const;
type Extension = (typeof formats)[number];

/** A value nobody else has: wherever it shows up, it has leaked. */
class Canaries {
  readonly #all: string[] = [];

  plant(): string {
    const canary = `canary${randomBytes(8).toString("hex")}`;
    this.#all.push(canary);
    return canary;
  }

  assertSafe({ stdout, stderr }: Result, what: string): void {
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
};

for (const extension of formats) {
  test(`no value of a ${extension} source is in any message of good or failing runs`, async (t) => {
    const workspace = new Workspace(t);
    const canaries = new Canaries();
    const input = `in.${extension}`;
    workspace.write(input, documents[extension](canaries.plant()));
    workspace.write(`old.${extension}`, documents[extension](canaries.plant()));
    workspace.write("dir/plain", canaries.plant());
    workspace.write("file", canaries.plant());
    const env = { APP_plain: canaries.plant(), ONE: canaries.plant(), REF: "$(canary)" };
    const runs: string[][] = [
      [input, "password=env:ONE", "-o", `old.${extension}`, "--diff"],
      [input, "password=env:ONE", "other=env:ONE", "-o", `new.${extension}`, "--diff", "--explain"],
      [input, `password=${canaries.plant()}`, "--explain"],
      [input, `token=file:${workspace.path("file")}`, "-o", `out.${extension}`],
      [input, "dir/", "-o", "out.json"],
      [input, "env:APP_*", "-o", "out.json"],
      [input, "plain=env:ONE", "list=env:ONE", "-o", "out.json"],
      [input, "plain.deep=env:ONE", "list.9=env:ONE", "-o", "out.yaml"],
      [input, "password=env:REF", "password.x=env:UNSET", "-o", "out.json"],
      [input, "-o", "none/out.json"],
    ];
    for (const args of runs) canaries.assertSafe(await workspace.merge(args, env), args.join(" "));
  });
}

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
