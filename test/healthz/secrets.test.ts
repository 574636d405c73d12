import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { failureOf, startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

test("no secret of a failing check reaches a body, the log, a metric or --print-config", async (t) => {
  const secrets = { header: 'h3ader "quoted\\value', env: "fr0m-env", file: "fr0m-file", url: "p4ss-in-url" };
  const file = path.join(temporaryDirectory(t), "token");
  writeFileSync(file, `${secrets.file}\n`);
  // The application shows everything that it was sent.
  const target = await startTarget(t, (request, response) => response.end(JSON.stringify({ seen: request.headers })));
  const json = { path: "$.seen", equals: "nothing" };
  const of = (given: object) => ({ http: { url: target.url, json, ...given }, fall: 1 });
  const env = { TOKEN: secrets.env, OUTRIGGER_LOG_LEVEL: "debug" };
  const checks = {
    header: of({ headers: { "X-Token": secrets.header } }),
    env: of({ headers: { Authorization: "env:TOKEN" } }),
    file: of({ headers: { Cookie: `file:${file}` } }),
    url: of({ url: `http://me:${secrets.url}@127.0.0.1:${target.port}/` }),
    echo: { exec: ["/bin/sh", "-c", "echo $TOKEN; exit 1"], fall: 1 },
  };
  const healthz = await startHealthz(t, { checks }, { env });
  for (const name of Object.keys(checks)) {
    await failureOf(healthz, name);
    await healthz.tool.waitFor(new RegExp(`run failed.*"check":"${name}"`), { on: "stderr" });
  }

  const shown: Record<string, string> = { log: healthz.tool.stderr };
  for (const accept of ["application/json", "text/plain", "application/health+json", "text/html"]) {
    shown[accept] = (await healthz.get("/?verbose", accept)).body;
  }
  shown.metrics = (await healthz.get("/metrics")).body;
  shown.config = (await runTool("healthz", ["--config", healthz.file, "--print-config"], { env })).stdout;
  assert.match(shown.log!, /run failed/);
  assert.match(shown.config!, /env:TOKEN/);
  for (const [where, text] of Object.entries(shown)) {
    for (const secret of Object.values(secrets)) {
      assert.ok(!text.includes(secret), `${secret} is in ${where}`);
      assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), `${secret} is in ${where}, escaped`);
    }
  }
  for (const record of healthz.tool.logs) assert.equal(record.tool, "healthz");
});
