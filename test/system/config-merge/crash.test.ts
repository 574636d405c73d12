import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Workspace } from "../../config-merge/support.ts";
import { atEnd } from "../../harness/at-end.ts";
import { entryOf } from "../../harness/tool.ts";

const config = 'config:\n  out/a.json: { from: [in.json] }\n  out/b.json: { from: [in.json], mode: "0600" }\n';

function prepare(t: TestContext): Workspace {
  const workspace = new Workspace(t);
  workspace.write("in.json", JSON.stringify({ new: "x".repeat(5000) }));
  workspace.write("out/a.json", "old a");
  workspace.write("out/b.json", "old b");
  workspace.write("outrigger.yaml", config);
  return workspace;
}

/** Runs config-merge under strace, which reports its system calls or interferes with one of them. */
function traced(
  workspace: Workspace,
  options: readonly string[],
): Promise<{ code: number | null; trace: string; stderr: string }> {
  const trace = workspace.path("trace");
  const args = [
    "-f",
    "-qq",
    "-o",
    trace,
    ...options,
    process.execPath,
    entryOf("config-merge"),
    "--config",
    "outrigger.yaml",
  ];
  const child = spawn("strace", args, { cwd: workspace.directory, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, trace: readFileSync(trace, "utf8"), stderr })),
  );
}

test("every output is opened, written, its mode set, fsynced and renamed in this order, and the directory fsynced", async (t) => {
  const workspace = prepare(t);
  const { code, trace } = await traced(workspace, ["-y", "-e", "trace=openat,write,fchmod,fsync,rename"]);
  assert.equal(code, 0);
  const calls = trace
    .split("\n")
    .filter((line) => line.includes(path.join(workspace.directory, "out")) && !line.includes("O_RDONLY"))
    .map((line) => `${/\d+ +(\w+)\(/.exec(line)?.[1]} ${/\.?([ab])\.json/.exec(line)?.[1] ?? "directory"}`);
  const staged = (name: string) => ["openat", "write", "fchmod", "fsync"].map((call) => `${call} ${name}`);
  assert.deepEqual(calls, [...staged("a"), ...staged("b"), "rename a", "rename b", "fsync directory"]);
});

const failures: readonly [step: string, when: number, error: string, message: RegExp][] = [
  ["fsync", 2, "EIO", /cannot write out\/b\.json: the system says EIO/],
  ["fsync", 1, "ENOSPC", /cannot write out\/a\.json: no space left/],
  ["rename", 1, "EROFS", /cannot write out\/a\.json: read-only file system/],
  ["rename", 2, "EBUSY", /cannot write out\/b\.json: it is a mount of a single file/],
];
for (const [step, when, error, message] of failures) {
  test(`${error} of ${step} ${when} is exit status 6, all old outputs are back, and nothing is left`, async (t) => {
    const workspace = prepare(t);
    const { code, stderr } = await traced(workspace, ["-e", `inject=${step}:error=${error}:when=${when}`]);
    assert.equal(code, 6, stderr);
    assert.match(stderr, message);
    assert.deepEqual([workspace.read("out/a.json"), workspace.read("out/b.json")], ["old a", "old b"]);
    assert.deepEqual(workspace.list("out"), ["a.json", "b.json"]);
  });
}

test("a reader that holds the old file open goes on reading it", async (t) => {
  const workspace = prepare(t);
  const descriptor = openSync(workspace.path("out/a.json"), "r");
  atEnd(t, () => closeSync(descriptor));
  assert.equal((await workspace.merge(["--config", "outrigger.yaml"])).code, 0);
  assert.equal(readFileSync(descriptor, "utf8"), "old a");
});

test("two runs at once both succeed, and one of the two results stands", async (t) => {
  const workspace = prepare(t);
  const runs = ["1", "2", "3", "4"].map((value) => workspace.merge(["in.json", `new=${value}`, "-o", "out/a.json"]));
  for (const { code, stderr } of await Promise.all(runs)) assert.equal(code, 0, stderr);
  assert.match(workspace.read("out/a.json"), /^\{"new":"[1-4]"\}$/);
  assert.deepEqual(workspace.list("out"), ["a.json", "b.json"]);
});
