import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Workspace } from "../../config-merge/support.ts";

/** What people write today: the environment's value into the file, by way of a pipe. */
function oneLiner(workspace: Workspace, input: string, output: string, env: Record<string, string>): number | null {
  const script = `cat ${input} | jq --arg e "$APP_ENVIRONMENT" '.Application.Environment = $e' > ${output}`;
  return spawnSync("sh", ["-c", script], { cwd: workspace.directory, env: { PATH: process.env.PATH, ...env } }).status;
}

const merge = (workspace: Workspace, input: string, output: string, env: Record<string, string>) =>
  workspace.merge([`./${input}`, "Application.Environment=env:APP_ENVIRONMENT", "-o", output], env);

const good = '{ "Application": { "Environment": "DEV" } }\n';
const env = { APP_ENVIRONMENT: "TEST" };

/** Source, variables, and what each of the two leaves in an output that held "old". */
const cases: readonly [
  situation: string,
  source: string | undefined,
  env: Record<string, string>,
  before: { code: number; output: RegExp },
  after: { code: number; output: string },
][] = [
  ["a missing source", undefined, env, { code: 0, output: /^$/ }, { code: 3, output: "old" }],
  ["a malformed source", '{ "Application": ', env, { code: 2, output: /^$/ }, { code: 4, output: "old" }],
  ["an unset variable", good, {}, { code: 0, output: /"Environment": ""/ }, { code: 5, output: "old" }],
  [
    "a big number",
    '{ "Application": { "Environment": "DEV" }, "n": 12345678901234567890, "m": 1.10 }\n',
    env,
    { code: 0, output: /"m": 1\.10?\n/ },
    { code: 0, output: '{ "Application": { "Environment": "TEST" }, "n": 12345678901234567890, "m": 1.10 }\n' },
  ],
  [
    "comments and a trailing comma",
    '{ "Application": { "Environment": "DEV", } } // c\n',
    env,
    { code: 2, output: /^$/ },
    { code: 0, output: '{ "Application": { "Environment": "TEST", } } // c\n' },
  ],
];

for (const [situation, source, variables, before, after] of cases) {
  test(`${situation}: the one-liner, and config-merge`, async (t) => {
    const workspace = new Workspace(t);
    if (source !== undefined) workspace.write("in.json", source);
    workspace.write("theirs.json", "old");
    workspace.write("ours.json", "old");
    const code = oneLiner(workspace, "in.json", "theirs.json", variables);
    assert.equal(code === 0, before.code === 0);
    assert.match(workspace.read("theirs.json"), before.output);
    assert.equal((await merge(workspace, "in.json", "ours.json", variables)).code, after.code);
    assert.equal(workspace.read("ours.json"), after.output);
  });
}

test("a byte order mark, and an input that is the output", async (t) => {
  const workspace = new Workspace(t);
  const marked = `\ufeff${good}`;
  workspace.write("bom.json", marked);
  assert.equal((await merge(workspace, "bom.json", "bom.json", env)).code, 0);
  assert.equal(workspace.read("bom.json"), marked.replace("DEV", "TEST"));
  workspace.write("same.json", good);
  spawnSync("sh", ["-c", "jq . same.json > same.json"], { cwd: workspace.directory });
  assert.equal(readFileSync(workspace.path("same.json"), "utf8"), "", "the shell empties the file before it is read");
});
