import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { entryOf } from "../harness/tool.ts";
import { Workspace } from "./support.ts";

/** The modules that a run loads, as URLs. */
function modulesOf(workspace: Workspace, args: readonly string[]): string[] {
  const hook = workspace.write(
    "hook.mjs",
    `import { appendFileSync } from "node:fs";
     import { registerHooks } from "node:module";
     registerHooks({
       load(url, context, next) {
         appendFileSync(process.env.MODULES, url + "\\n");
         return next(url, context);
       },
     });`,
  );
  const env = { ...process.env, MODULES: workspace.write("modules", "") };
  const { status, stderr } = spawnSync(process.execPath, ["--import", hook, entryOf("config-merge"), ...args], {
    cwd: workspace.directory,
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return workspace.read("modules").split("\n");
}

test("a run on JSON without configuration loads no schema library, no YAML, no other format", (t) => {
  const workspace = new Workspace(t);
  workspace.write("in.json", '{"a": 1}');
  const modules = modulesOf(workspace, ["in.json", "a=2", "-o", "out.json"]);
  assert.ok(modules.length > 10);
  assert.deepEqual(
    modules.filter((url) => /zod|node_modules\/yaml|formats\/src\/yaml|node:(crypto|http|net)/.test(url)),
    [],
  );
});
