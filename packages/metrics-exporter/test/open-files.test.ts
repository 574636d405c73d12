import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { OpenFiles } from "../src/sources/processes/open-files.ts";

function sleeper(t: TestContext): ChildProcess & { pid: number } {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  atEnd(t, () => child.kill("SIGKILL"));
  return child as ChildProcess & { pid: number };
}

/** How many files this process has open. */
const held = () => readdirSync("/proc/self/fd").length;

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

test("a file that stays open shows what is true now, and nothing once the process is gone", async (t) => {
  const child = sleeper(t);
  const files = new OpenFiles();
  assert.match(files.read(child.pid, "stat") ?? "", /^\d+ \(/);
  const before = held();
  process.kill(child.pid, "SIGSTOP");
  // A stop takes effect when the process runs next.
  await eventually(() => assert.match(files.read(child.pid, "stat") ?? "", /^\d+ \(.+\) T /), { ms: 20_000 });
  assert.equal(held(), before);
  await end(child);
  assert.equal(files.read(child.pid, "stat"), undefined);
  assert.equal(held(), before - 1);
});

test("beyond the most that may stay open, files are read and closed", (t) => {
  const [one, other] = [sleeper(t), sleeper(t)];
  const files = new OpenFiles(1);
  const before = held();
  for (const { pid } of [one, other, one, other]) assert.match(files.read(pid, "stat") ?? "", /^\d+ \(/);
  assert.match(files.read(other.pid, "status") ?? "", /^Name:/);
  assert.equal(held(), before + 1);
  files.keepOnly(new Set([other.pid]));
  assert.equal(held(), before);
  assert.match(files.read(other.pid, "status") ?? "", /^Name:/);
  assert.equal(held(), before + 1);
  files.keepOnly(new Set());
  assert.equal(held(), before);
});
