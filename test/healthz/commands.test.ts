import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool, startTool } from "../harness/tool.ts";
import { startHealthz } from "./healthz.ts";
import { startTarget, status } from "./target.ts";

const NO_FILE = { OUTRIGGER_CONFIG: "/dev/null" };

test("drain and drain off reach the healthz with the same configuration", async (t) => {
  const healthz = await startHealthz(t, {});
  const drain = (...args: string[]) => runTool("healthz", ["drain", ...args]);
  assert.equal((await drain("--config", healthz.file)).code, 0);
  assert.equal((await healthz.get("/readyz")).status, 503);
  assert.equal((await drain("off", "--port", String(healthz.port))).code, 0);
  assert.equal((await healthz.get("/readyz")).status, 200);
  assert.equal((await drain("on", "--port", String(healthz.port))).code, 0);
  assert.equal((await healthz.get("/readyz")).status, 503);
});

test("drain without a healthz fails and names the port, a wrong word is bad usage", async () => {
  const { code, stderr } = await runTool("healthz", ["drain", "--port", "1"], { env: NO_FILE });
  assert.equal(code, 1);
  assert.match(stderr, /port 1: nothing listens there/);
  assert.equal((await runTool("healthz", ["drain", "maybe"], { env: NO_FILE })).code, 2);
});

test("wait ends with 0 once every target is healthy", async (t) => {
  const web = await startTarget(t, status(503));
  const file = path.join(temporaryDirectory(t), "ready");
  const targets = [web.url, `tcp://127.0.0.1:${web.port}`, `file:${file}`, "dns:localhost"];
  const waiting = startTool("healthz", ["wait", ...targets, "--interval", "50ms"], { test: t, env: NO_FILE });
  await waiting.waitFor(/"waiting".*status 503/, { on: "stderr" });
  await waiting.waitFor(/"waiting".*does not exist/, { on: "stderr" });
  web.listener = status(200);
  await waiting.waitFor(`"healthy","target":"${web.url}"`, { on: "stderr" });
  assert.equal(waiting.running, true);
  writeFileSync(file, "");
  assert.deepEqual(await waiting.exited, { code: 0, signal: null });
  assert.equal(waiting.stdout, "");
});

test("wait ends with 124 after its timeout, naming what is missing and why, without passwords", async (t) => {
  const hanging = await startTarget(t, () => {});
  const targets = [`http://me:s3cret@127.0.0.1:${hanging.port}/`, "tcp://127.0.0.1:1", "file:/etc/hosts"];
  const { code, logs, stderr } = await runTool(
    "healthz",
    ["wait", ...targets, "--timeout", "3s", "--interval", "100ms"],
    {
      env: NO_FILE,
    },
  );
  assert.equal(code, 124);
  const missing = logs.filter(({ level }) => level === "error").map(({ target, reason }) => `${target} ${reason}`);
  assert.equal(missing.length, 2);
  assert.match(missing[0]!, /^http:\/\/me:\*\*\*@.* timeout/);
  assert.match(missing[1]!, /^tcp:\/\/127\.0\.0\.1:1 connection refused/);
  assert.doesNotMatch(stderr, /s3cret/);
});

test("wait --stable wants that many successes in a row", async (t) => {
  const answers = [200, 200, 503, 200, 200, 200];
  const target = await startTarget(t, (request, response) => status(answers.shift() ?? 500)(request, response));
  const { code } = await runTool("healthz", ["wait", target.url, "--stable", "3", "--interval", "10ms"], {
    env: NO_FILE,
  });
  assert.equal(code, 0);
  assert.equal(target.hits, 6);
});

test("wait ends at SIGTERM", async (t) => {
  const waiting = startTool("healthz", ["wait", "tcp://127.0.0.1:1"], { test: t, env: NO_FILE });
  await waiting.waitFor("waiting", { on: "stderr" });
  assert.equal((await waiting.stop()).code, 143);
});

test("wait refuses what it cannot understand", async () => {
  const misuses = [
    [],
    ["db:5432"],
    ["ftp://x"],
    ["tcp://db"],
    ["tcp://db:1", "--timeout", "soon"],
    ["tcp://db:1", "--interval", "0s"],
    ["tcp://db:1", "--stable", "0"],
    ["tcp://db:1", "--nope"],
  ];
  for (const args of misuses) {
    const { code, stderr } = await runTool("healthz", ["wait", ...args], { env: NO_FILE });
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
  }
});
