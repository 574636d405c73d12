// On a busy machine a run's time may be over before the modules of its check are loaded.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { atEnd } from "../../../test/harness/at-end.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { createGrpcCheck } from "../src/checks/grpc.ts";
import { type CheckSpec, createCheck } from "../src/checks/registry.ts";

/** A server that never answers, and how many have called it. */
async function startSilent(t: TestContext): Promise<{ port: number; callers(): number }> {
  let callers = 0;
  const server = createServer((socket) => {
    callers += 1;
    socket.on("error", () => {});
    atEnd(t, () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => server.close());
  return { port: (server.address() as AddressInfo).port, callers: () => callers };
}

test("a run whose time is over before it begins begins nothing, whatever its type", async (t) => {
  const { port, callers } = await startSilent(t);
  const made = path.join(temporaryDirectory(t), "made");
  const at = { host: "127.0.0.1", port };
  const specs: CheckSpec[] = [
    { type: "tcp", ...at },
    { type: "redis", ...at },
    { type: "postgres", ...at, user: "postgres" },
    { type: "grpc", ...at, service: "" },
    { type: "http", url: `http://127.0.0.1:${port}/`, method: "GET", headers: {}, status: [[200, 399]], tls: {} },
    { type: "exec", command: ["/bin/sh", "-c", ': > "$0"', made] },
  ];
  for (const spec of specs) {
    const check = createCheck(spec, { log: silentLog, wake: () => {} });
    await assert.rejects(check.run(AbortSignal.abort()), { name: "AbortError" }, spec.type);
  }
  await assert.rejects(createGrpcCheck({ type: "grpc", ...at, service: "" }).run(AbortSignal.abort()), {
    name: "AbortError",
  });
  assert.deepEqual([callers(), existsSync(made)], [0, false]);
});
