import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startHealthz, verdictOf } from "./healthz.ts";

const QUICK = { interval: "100ms", timeout: "10s", fall: 1 };

/** A shell script as a check; it finds its directory in `$1`. */
function script(directory: string, source: string, given: object = {}): object {
  return { exec: ["/bin/sh", "-c", source, "check", directory], ...QUICK, ...given };
}

async function errorOf(t: TestContext, check: object): Promise<string> {
  return verdictOf(await startHealthz(t, { checks: { it: { ...QUICK, ...check } } }), "it");
}

function pidsIn(file: string): number[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const endings: [sentence: string, check: object, expected: RegExp][] = [
  ["exit status 0 is good", { exec: ["/bin/true"] }, /^OK$/],
  [
    "another exit status fails, with the output",
    { exec: ["/bin/sh", "-c", "echo sick; echo very >&2; exit 3"] },
    /^exit status 3: sick very$/,
  ],
  ["a command that does not exist fails", { exec: ["/nowhere/check"] }, /^the command was not found$/],
  [
    "a file that is not executable fails",
    { exec: [fileURLToPath(import.meta.url)] },
    /^the command is not executable$/,
  ],
  ["a signal fails", { exec: ["/bin/sh", "-c", "kill -9 $$"] }, /^ended by SIGKILL$/],
  [
    "no shell reads the arguments",
    { exec: ["/bin/sh", "-c", "test \"$1\" = '$HOME; exit 1'", "check", "$HOME; exit 1"] },
    /^OK$/,
  ],
  ["standard input is empty", { exec: ["/bin/sh", "-c", 'test -z "$(cat)"'] }, /^OK$/],
  ["much output is dropped, not waited for", { exec: ["/bin/sh", "-c", "head -c 1000000 /dev/zero; exit 0"] }, /^OK$/],
];
for (const [sentence, check, expected] of endings) {
  test(sentence, async (t) => assert.match(await errorOf(t, check), expected));
}

/** What `trap ""` ignores is ignored by what the shell starts, too (POSIX, `trap`). */
const STUBBORN = 'trap "" TERM; sh -c "echo \\$\\$ >> $1/pids; exec sleep 100" & echo $$ >> $1/pids; wait';

/** The process ids of the first run of `STUBBORN`: the shell's and its child's. */
function stubborn(directory: string): Promise<number[]> {
  return eventually(() => {
    const found = pidsIn(path.join(directory, "pids"));
    assert.ok(found.length >= 2);
    return found.slice(0, 2);
  });
}

test("a command that ignores SIGTERM and forks is gone soon after its timeout, children and all", async (t) => {
  const directory = temporaryDirectory(t);
  await startHealthz(t, { checks: { it: script(directory, STUBBORN, { timeout: "2s", interval: "1h" }) } });
  const both = await stubborn(directory);
  await eventually(() => assert.deepEqual(both.filter(isAlive), []));
});

for (const signals of [1, 2]) {
  test(`${signals} x SIGTERM to the tool leaves nothing of a command that ignores SIGTERM and forks`, async (t) => {
    const directory = temporaryDirectory(t);
    const { tool } = await startHealthz(t, { checks: { it: script(directory, STUBBORN, { timeout: "1h" }) } });
    const both = await stubborn(directory);
    tool.signal("SIGTERM");
    if (signals > 1) {
      await tool.waitFor('"msg":"stopping"', { on: "stderr" });
      tool.signal("SIGTERM");
    }
    await tool.exited;
    await eventually(() => assert.deepEqual(both.filter(isAlive), []));
  });
}

test("a command that ends but leaves a child behind has the child ended", async (t) => {
  const directory = temporaryDirectory(t);
  const pids = path.join(directory, "pids");
  const healthz = await startHealthz(t, {
    checks: { it: script(directory, "sleep 1000 & echo $! >> $1/pids", { interval: "1h" }) },
  });
  await healthz.until("/healthz/it", 200);
  const [child] = pidsIn(pids);
  await eventually(() => assert.equal(isAlive(child!), false));
});

test("never two runs at once, however slow the command is", async (t) => {
  const directory = temporaryDirectory(t);
  const source = "if ! mkdir $1/lock; then echo overlap >> $1/trouble; fi; sleep 0.25; rmdir $1/lock; echo >> $1/runs";
  await startHealthz(t, { checks: { it: script(directory, source, { timeout: "1m" }) } });
  const runs = path.join(directory, "runs");
  await eventually(() => assert.ok(existsSync(runs) && readFileSync(runs, "utf8").length >= 4));
  assert.equal(existsSync(path.join(directory, "trouble")), false);
});

test("SIGTERM during a run ends it and the tool, with status 0", async (t) => {
  const directory = temporaryDirectory(t);
  const pids = path.join(directory, "pids");
  const { tool } = await startHealthz(t, {
    checks: { it: script(directory, "echo $$ > $1/pids; exec sleep 1000", { timeout: "1h" }) },
  });
  const [child] = await eventually(() => {
    const found = pidsIn(pids);
    assert.equal(found.length, 1);
    return found;
  });
  assert.deepEqual(await tool.stop(), { code: 0, signal: null });
  await eventually(() => assert.equal(isAlive(child!), false));
});

test("a hundred runs leave no process and no zombie", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "pids"), "");
  const healthz = await startHealthz(t, {
    checks: { it: script(directory, "sleep 1000 & echo $$ >> $1/pids; echo $! >> $1/pids", { interval: "10ms" }) },
  });
  const pids = await eventually(() => {
    const found = pidsIn(path.join(directory, "pids"));
    assert.ok(found.length >= 200);
    return found;
  });
  assert.deepEqual(await healthz.tool.stop(), { code: 0, signal: null });
  // Whoever got SIGKILL ends when it runs next: nobody waits for the children of a command.
  await eventually(() => assert.deepEqual(pids.filter(isAlive), []));
});
