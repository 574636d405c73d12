import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { detailsOf, metric, startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

const RELOADED = /configuration reloaded/;
/** A busy machine answers late. */
const PATIENT = { timeout: "10s" };
const REFUSED = /the new configuration is refused/;

test("unchanged checks keep state and counters, removed ones vanish with their series", async (t) => {
  const target = await startTarget(t);
  const keep = { http: target.url, interval: "1h", ...PATIENT };
  const healthz = await startHealthz(t, { checks: { keep, gone: keep } });
  await healthz.until("/readyz", 200);
  const { since } = await detailsOf(healthz, "keep");
  healthz.configure({ checks: { keep, fresh: { http: target.url, ...PATIENT } } });
  healthz.tool.signal("SIGHUP");
  await healthz.tool.waitFor(RELOADED, { on: "stderr" });
  assert.equal((await healthz.get("/healthz/gone")).status, 404);
  assert.equal((await healthz.get("/healthz/fresh")).status, 200);
  assert.equal((await detailsOf(healthz, "keep")).since, since);
  assert.equal(await metric(healthz, 'outrigger_health_check_runs_total{check="keep",result="success"}'), 1);
  assert.doesNotMatch((await healthz.get("/metrics")).body, /check="gone"/);
});

test("readiness and start-up never dip while checks change under probes", async (t) => {
  const slow = await startTarget(t, (_request, response) => setTimeout(() => response.end(), 100));
  const of = (path: string) => ({ http: slow.url + path, rise: 2, interval: "100ms", ...PATIENT });
  const other = { http: slow.url, ...PATIENT };
  const healthz = await startHealthz(t, { checks: { a: of("0"), b: other } });
  await healthz.until("/readyz", 200);
  const dips: string[] = [];
  for (const round of [1, 2, 3]) {
    healthz.configure({ checks: { a: of(String(round)), [`c${round}`]: other } });
    // No signal: it could come after the file's own event has led to a reload, and to one more.
    await eventually(
      async () => {
        for (const path of ["/readyz", "/startupz", "/"]) {
          const { status, body } = await healthz.get(path);
          if (status !== 200) dips.push(`round ${round}: ${path} is ${status}: ${body}`);
        }
        assert.equal(healthz.tool.stderr.split(RELOADED).length - 1, round);
      },
      { every: 5 },
    );
  }
  assert.deepEqual(dips, []);
  assert.equal(await metric(healthz, 'outrigger_health_check_transitions_total{check="a",to="FAIL"}'), 0);
});

test("a bad file leaves the old configuration in force", async (t) => {
  const target = await startTarget(t);
  const web = { http: target.url, ...PATIENT };
  const healthz = await startHealthz(t, { checks: { web } });
  await healthz.until("/readyz", 200);
  const reasons: [bad: string, reason: string][] = [
    ["", "the file is empty"],
    ["health:\n", 'the section \\"health\\" has disappeared'],
    ["health: [", "not valid YAML"],
    ['{"health": {"checks": {"web": {}}}}', "does not say what to check"],
  ];
  for (const [bad, reason] of reasons) {
    writeFileSync(healthz.file, bad);
    healthz.tool.signal("SIGHUP");
    await healthz.tool.waitFor(reason, { on: "stderr" });
    await eventually(async () => assert.equal(await metric(healthz, "outrigger_config_last_reload_successful"), 0));
    assert.equal((await healthz.get("/healthz/web")).status, 200);
  }
  await healthz.tool.waitFor(REFUSED, { on: "stderr" });
  healthz.configure({ checks: { web } });
  await eventually(async () => assert.equal(await metric(healthz, "outrigger_config_last_reload_successful"), 1));
});

test("a changed port is opened before the old one closes; one that is taken refuses the reload", async (t) => {
  const healthz = await startHealthz(t, {});
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  atEnd(t, () => server.close());
  healthz.configure({ port: (server.address() as AddressInfo).port, details: "never" });
  healthz.tool.signal("SIGHUP");
  await healthz.tool.waitFor(REFUSED, { on: "stderr" });
  assert.equal((await healthz.get("/?verbose")).body, '{"status": "OK", "checks": {}}');

  const port = await freePort();
  healthz.configure({ port });
  healthz.tool.signal("SIGHUP");
  await eventually(async () => assert.equal((await get(`http://127.0.0.1:${port}/readyz`)).status, 200));
  await eventually(() => assert.rejects(healthz.get("/readyz"), { code: "ECONNREFUSED" }));
});
