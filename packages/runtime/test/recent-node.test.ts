import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../../../test/harness/at-end.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { ToolProcess } from "../../../test/harness/tool.ts";

const OLD = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})";

/** A program that needs a recent Node, started by one that says it is old. */
function startWithOldNode(directory: string, ...args: string[]): ToolProcess {
  const file = path.join(import.meta.dirname, "../src/recent-node.js");
  copyFileSync(file, path.join(directory, "recent-node.mjs"));
  const program = path.join(directory, "program.mjs");
  writeFileSync(
    program,
    `import "./recent-node.mjs";
    process.on("SIGTERM", () => process.exit(7));
    console.log("arguments", ...process.argv.slice(2));
    if (process.argv[2] === "wait") setInterval(() => {}, 1000);
    else process.exitCode = 5;`,
  );
  return new ToolProcess(spawn(process.execPath, ["--import", OLD, program, ...args], { stdio: "pipe" }));
}

function installNode(directory: string): void {
  const folder = path.join(directory, "node_modules", `node-${process.platform}-${process.arch}`);
  mkdirSync(path.join(folder, "bin"), { recursive: true });
  writeFileSync(path.join(folder, "package.json"), "{}");
  symlinkSync(process.execPath, path.join(folder, "bin", "node"));
}

test("under an old Node the program runs with the one that was installed, and ends with its status", async (t) => {
  const directory = temporaryDirectory(t);
  installNode(directory);
  const program = startWithOldNode(directory, "one", "two");
  assert.deepEqual(await program.exited, { code: 5, signal: null });
  assert.equal(program.stdout, "arguments one two\n");
});

test("a signal reaches the program that runs with another Node", async (t) => {
  const directory = temporaryDirectory(t);
  installNode(directory);
  const program = startWithOldNode(directory, "wait");
  atEnd(t, () => program.stop());
  await program.waitFor("arguments wait");
  assert.deepEqual(await program.stop("SIGTERM"), { code: 7, signal: null });
});

test("under an old Node, where no other came along, the message says what to do", async (t) => {
  const program = startWithOldNode(temporaryDirectory(t));
  assert.deepEqual(await program.exited, { code: 1, signal: null });
  assert.match(program.stderr, /^Outrigger needs Node 24 or newer; this is 20\.1\.0, .* Install Node 24, or .*\n$/);
});
