import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { freePort } from "../../harness/ports.ts";
import { startHealthz, verdictOf } from "../../healthz/healthz.ts";

const PYTHON = "/usr/bin/python3";

test("a server made with gRPC's own library: serving, not serving, unknown, stopped, gone", async (t) => {
  if (spawnSync(PYTHON, ["-c", "import grpc"]).status !== 0) return t.skip("python3-grpcio is not installed");
  const port = await freePort();
  const program = path.join(import.meta.dirname, "grpc-server.py");
  const server = spawn(PYTHON, [program, String(port), "app.Orders"], { stdio: "ignore" });
  atEnd(t, () => server.kill("SIGKILL"));
  const grpc = `localhost:${port}`;
  const QUICK = { interval: "100ms", timeout: "500ms", fall: 1 };
  const healthz = await startHealthz(t, {
    checks: {
      serving: { grpc, service: "app.Orders", ...QUICK },
      down: { grpc, service: "down", ...QUICK },
      unknown: { grpc, service: "nope", ...QUICK },
    },
  });
  await healthz.until("/healthz/serving", 200);
  // Until their next runs the others have still failed because nobody listened.
  await eventually(async () => {
    const { body } = await healthz.get("/?verbose", "text/plain");
    assert.match(
      body,
      /\[-\]down failed: the service says NOT_SERVING\n\[-\]unknown failed: .* does not know the service "nope"\n/,
    );
  });
  server.kill("SIGSTOP");
  await healthz.until("/healthz/serving", 503);
  assert.match(await verdictOf(healthz, "serving"), /^timeout/);
  server.kill("SIGCONT");
  await healthz.until("/healthz/serving", 200);
  server.kill("SIGKILL");
  await healthz.until("/healthz/serving", 503);
});
