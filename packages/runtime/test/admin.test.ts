import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { adminRoutes, isLoopback, type RouteTable } from "@outrigger/runtime/admin";
import { serveAdmin } from "@outrigger/runtime/admin-server";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { atEnd } from "../../../test/harness/at-end.ts";
import { get, request } from "../../../test/harness/http.ts";
import { freePort } from "../../../test/harness/ports.ts";

let trouble: string | undefined;
const routes: RouteTable = {
  ...adminRoutes({ tool: "healthz", registry: new Registry(), ready: () => trouble }),
  "/-/drain": { POST: () => ({ status: 200, body: "{}" }) },
  "/boom": {
    GET: () => {
      throw new Error("boom");
    },
  },
};

test("a route table is answered with its headers, and what it does not have is refused", async (t) => {
  const port = await freePort();
  const server = await serveAdmin({ port, key: "x.admin.port", routes, log: silentLog });
  atEnd(t, () => server?.close());
  const base = `http://127.0.0.1:${port}`;
  assert.equal((await get(`${base}/livez`)).status, 200);
  trouble = "still starting";
  const notReady = await get(`${base}/readyz`);
  assert.deepEqual([notReady.status, notReady.body], [503, "not ok: still starting\n"]);
  trouble = undefined;
  assert.equal((await get(`${base}/readyz?x=1`)).status, 200);
  assert.equal(JSON.parse((await get(`${base}/version`)).body).tool, "healthz");
  const head = await request(`${base}/version`, { method: "HEAD" });
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.ok(Number(head.headers["content-length"]) > 0);
  const refused = await request(`${base}/livez`, { method: "PUT" });
  assert.deepEqual([refused.status, refused.headers.allow], [405, "GET, HEAD"]);
  assert.equal((await request(`${base}/-/drain`, { method: "POST" })).status, 200);
  assert.equal((await get(`${base}/nowhere`)).status, 404);
  const metrics = await get(`${base}/metrics`, { headers: { accept: "application/openmetrics-text" } });
  assert.match(metrics.headers["content-type"] ?? "", /openmetrics/);
  assert.equal((await get(`${base}/constructor`)).status, 404);
});

test("a handler that throws is a 500 without its message", async () => {
  const port = await freePort();
  const server = await serveAdmin({ port, key: "x.admin.port", routes, log: silentLog });
  const answer = await get(`http://127.0.0.1:${port}/boom`);
  assert.equal(answer.status, 500);
  assert.ok(!answer.body.includes("boom"));
  await server?.close();
});

test("port 0 means no server, and a port in use is named with its key", async () => {
  assert.equal(await serveAdmin({ port: 0, key: "x", routes, log: silentLog }), undefined);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, resolve));
  const { port } = taken.address() as { port: number };
  await assert.rejects(serveAdmin({ port, key: "logs.admin.port", routes, log: silentLog }), {
    exitStatus: 1,
    message: new RegExp(`:${port} \\(logs\\.admin\\.port\\): the port is in use`),
  });
  taken.close();
});

test("loopback is 127/8, ::1 and the mapped form, and nothing a header says", () => {
  for (const address of ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"]) assert.ok(isLoopback(address), address);
  for (const address of ["128.0.0.1", "::2", "::ffff:10.0.0.1", "", undefined])
    assert.ok(!isLoopback(address), address);
});
