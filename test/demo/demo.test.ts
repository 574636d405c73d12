import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { repository, ToolProcess } from "../harness/tool.ts";

function startDemo(t: TestContext, args: string[], env: Record<string, string> = {}): ToolProcess {
  const child = spawn(process.execPath, [path.join(repository, "scripts/demo.ts"), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const demo = new ToolProcess(child);
  atEnd(t, () => demo.stop("SIGKILL"));
  return demo;
}

/** The temporary folder that the demo works in. */
const folderOf = (output: string) => /(\/\S+)\/outrigger\.yaml/.exec(output)?.[1] ?? "";

test("the demo's tour shows every tool at work, removes what it made, and exits 0", async (t) => {
  const demo = startDemo(t, ["--once"]);
  const { code } = await demo.exited;
  assert.equal(code, 0, demo.stdout + demo.stderr);
  for (const shown of [
    /config-merge +\| .*"Environment": "TEST"/,
    /application +\| \d{4}-.* \[INF\] Environment: TEST; version: 1\.1; time check: /,
    /healthz +\| GET .* -> 200 {"status": "OK"}/,
    /metrics-exporter +\| timechecks_total{environment="TEST",version="1\.1"} \d+/,
    /egress-proxy +\| GET http:\/\/localhost\/api -> 200 \d+/,
    /egress-proxy +\| GET http:\/\/timecheck:8080\/ -> 403 .*host_not_allowed/,
    /healthz +\| GET .* -> 503 {"status": "FAIL"/,
    /log-tailer +\| ended with exit status 0/,
  ]) {
    assert.match(demo.stdout, shown);
  }
  assert.ok(!existsSync(folderOf(demo.stdout)));
});

test("the demo exits 1 and says why when a tool does not start", async (t) => {
  const demo = startDemo(t, ["--once"], { OUTRIGGER_HEALTH__PROT: "1" });
  assert.equal((await demo.exited).code, 1);
  assert.match(demo.stdout, /Not as it should be: healthz has ended unasked \(exit 2\)/);
  assert.match(demo.stdout, /OUTRIGGER_HEALTH__PROT/);
});

test("Ctrl-C ends everything the demo started, in a pod's order, and the demo exits 0", async (t) => {
  const demo = startDemo(t, []);
  await demo.waitFor(/application +\| \d{4}-/);
  assert.equal((await demo.stop("SIGINT")).code, 0);
  const ended = [...demo.stdout.matchAll(/^ +(\S+) +\| ended with exit status (\d+)$/gm)].map(([, name]) => name);
  const order = ["application", "metrics-exporter", "healthz", "egress-proxy", "log-tailer", "numbers-api"];
  assert.deepEqual(ended, order);
  assert.ok(!existsSync(folderOf(demo.stdout)));
});
