import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { entryOf } from "../harness/tool.ts";
import { Workspace } from "./support.ts";

/**
 * Steps of a run that writes two existing outputs and makes a third one, by the function of `node:fs` and how often it is
 * called for them: every output is opened, written, given its mode and fsynced; the old ones are linked; all are renamed; the
 * directory is opened and fsynced; the links are removed.
 */
const steps: Readonly<Record<string, number>> = {
  openSync: 4,
  writeSync: 3,
  fchmodSync: 3,
  fsyncSync: 4,
  linkSync: 2,
  renameSync: 3,
  unlinkSync: 2,
};

/** Loaded before config-merge: sends `SIGNAL` behind the call that `CALL` names; when that writes, SIGKILL comes half way through. */
const hook = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const [name, nth] = process.env.CALL.split(" ");
  const original = fs[name];
  let left = Number(nth);
  const counts = {
    openSync: (path) => String(path).includes("/out/.") || String(path).endsWith("/out"),
    writeSync: (descriptor) => descriptor > 2,
  }[name] ?? (() => true);
  fs[name] = (...args) => {
    if (!counts(...args) || --left !== 0) return original(...args);
    const result = name === "writeSync" ? original(args[0], args[1], 0, args[1].length >> 1) : original(...args);
    process.kill(process.pid, process.env.SIGNAL);
    return result;
  };
  syncBuiltinESMExports();
`;

const config = `config:
  out/a.json: { from: [in.json] }
  out/b.json: { from: [in.json], mode: "0600" }
  out/c.json: { from: [in.json] }
`;

function prepare(test: TestContext): Workspace {
  const workspace = new Workspace(test);
  workspace.write("hook.mjs", hook);
  workspace.write("in.json", JSON.stringify({ new: "x".repeat(5000) }));
  workspace.write("outrigger.yaml", config);
  return workspace;
}

/** Runs over two old outputs and an absent one; the signal comes at `call`: a function, and how often it is called first. */
function interrupt(workspace: Workspace, sent: "SIGKILL" | "SIGTERM", call: string) {
  workspace.write("out/a.json", "old a");
  workspace.write("out/b.json", "old b");
  rmSync(workspace.path("out/c.json"), { force: true });
  return spawnSync(
    process.execPath,
    ["--import", workspace.path("hook.mjs"), entryOf("config-merge"), "--config", "outrigger.yaml"],
    {
      cwd: workspace.directory,
      env: { PATH: process.env.PATH, CALL: call, SIGNAL: sent },
      encoding: "utf8",
      timeout: 60_000,
    },
  );
}

function assertWholeWhenKilled(workspace: Workspace, step: string): void {
  const { signal, stderr } = interrupt(workspace, "SIGKILL", step);
  assert.equal(signal, "SIGKILL", `${step}: ${stderr}`);
  const text = workspace.read("in.json");
  const outputs = workspace.list("out").filter((name) => !name.startsWith("."));
  assert.deepEqual(outputs.slice(0, 2), ["a.json", "b.json"], step);
  for (const name of outputs) {
    const whole = [text, `old ${name[0]}`];
    assert.ok(whole.includes(workspace.read(`out/${name}`)), `${step}: ${name} is neither old nor new`);
  }
}

for (const [name, count] of Object.entries(steps)) {
  test(`killed at any ${name}, a run leaves whole files, and the next one removes what is left`, async (t) => {
    const workspace = prepare(t);
    for (let nth = 1; nth <= count; nth++) assertWholeWhenKilled(workspace, `${name} ${nth}`);
    const { code, stderr } = await workspace.merge(["--config", "outrigger.yaml"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(workspace.list("out"), ["a.json", "b.json", "c.json"]);
    for (const output of workspace.list("out"))
      assert.equal(workspace.read(`out/${output}`), workspace.read("in.json"));
  });
}

test("SIGTERM before the renames is exit status 143, and nothing has changed; behind the first one the run ends as any", (t) => {
  const workspace = prepare(t);
  const early = interrupt(workspace, "SIGTERM", "fsyncSync 1");
  assert.equal(early.status, 143, early.stderr);
  assert.deepEqual(workspace.list("out"), ["a.json", "b.json"]);
  assert.deepEqual([workspace.read("out/a.json"), workspace.read("out/b.json")], ["old a", "old b"]);
  const late = interrupt(workspace, "SIGTERM", "renameSync 1");
  assert.equal(late.status, 0, late.stderr);
  for (const output of ["a.json", "b.json", "c.json"])
    assert.equal(workspace.read(`out/${output}`), workspace.read("in.json"));
});
