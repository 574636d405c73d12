import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { failureOf, startHealthz } from "./healthz.ts";

const QUICK = { interval: "50ms", timeout: "10s", fall: 1 };

/** A word that is on no command line but those this test starts. */
function marker(): string {
  return `marker-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** An application whose command line contains `word`. */
function startApplication(t: TestContext, word: string): ChildProcess {
  const source = "while :; do sleep 0.1; done";
  const child = spawn("/bin/sh", ["-c", source, word], { stdio: "ignore", detached: true });
  atEnd(t, () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // The test has ended it.
    }
  });
  return child;
}

test("a running process is OK, a stopped one is not, a continued one is again, a killed one is not", async (t) => {
  const word = marker();
  const application = startApplication(t, word);
  const healthz = await startHealthz(t, { checks: { app: { process: `sh -c .* ${word}$`, ...QUICK } } });
  await healthz.until("/healthz/app", 200);
  process.kill(application.pid!, "SIGSTOP");
  await healthz.until("/healthz/app", 503);
  process.kill(application.pid!, "SIGCONT");
  await healthz.until("/healthz/app", 200);
  process.kill(-application.pid!, "SIGKILL");
  assert.match(await failureOf(healthz, "app"), /^0 running processes match/);
  assert.equal((await healthz.get("/healthz/app")).status, 503);
});

test("the pattern on our own command line, and on that of a parent, is no process", async (t) => {
  const word = marker();
  const healthz = await startHealthz(
    t,
    {},
    {
      args: ["--set", `health.checks.app={process: ${word}, interval: 50ms, timeout: 10s, fall: 1}`],
    },
  );
  assert.match(await failureOf(healthz, "app"), /^0 running processes match/);
  assert.equal((await healthz.get("/healthz/app")).status, 503);
});

test("`min` and `max` bound the number", async (t) => {
  const word = marker();
  const [first] = [startApplication(t, word), startApplication(t, word)];
  const of = (given: object) => ({ process: word, ...QUICK, ...given });
  const healthz = await startHealthz(t, {
    checks: { two: of({ min: 2 }), three: of({ min: 3 }), one: of({ max: 1 }), none: of({ min: 0, max: 0 }) },
  });
  await healthz.until("/healthz/two", 200);
  assert.match(await failureOf(healthz, "three"), /^2 running processes match .*, expected at least 3$/);
  assert.match(await failureOf(healthz, "one"), /, expected 1$/);
  await failureOf(healthz, "none");
  for (const name of ["three", "one", "none"]) assert.equal((await healthz.get(`/healthz/${name}`)).status, 503, name);
  process.kill(-first!.pid!, "SIGKILL");
  await healthz.until("/healthz/one", 200);
});

test("a process that becomes another program is not the one that matched", async (t) => {
  const word = marker();
  const child = spawn("/bin/sh", ["-c", "read line; exec sleep 1000", word], { stdio: ["pipe", "ignore", "ignore"] });
  atEnd(t, () => child.kill("SIGKILL"));
  const healthz = await startHealthz(t, { checks: { app: { process: word, ...QUICK } } });
  await healthz.until("/healthz/app", 200);
  child.stdin!.write("\n");
  await healthz.until("/healthz/app", 503);
});

test("a zombie does not count", async (t) => {
  const word = marker();
  // The parent never reaps its child, whose command line is empty once it is a zombie.
  const parent = spawn("/bin/sh", ["-c", `sh -c 'read line' ${word} & exec sleep 1000`], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  atEnd(t, () => parent.kill("SIGKILL"));
  const healthz = await startHealthz(t, { checks: { app: { process: `read line ${word}$`, ...QUICK } } });
  await failureOf(healthz, "app");
});
