import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { request } from "../harness/http.ts";
import { failureOf, metric, startHealthz } from "./healthz.ts";
import { startTarget } from "./target.ts";

test("draining fails /readyz from the next request on and nothing else; both directions are idempotent", async (t) => {
  const healthz = await startHealthz(t, {});
  for (const method of ["POST", "POST"]) {
    const { status, body } = await healthz.ask(method, "/-/drain");
    assert.deepEqual([status, body], [200, '{"draining": true}\n']);
    assert.equal((await healthz.get("/readyz")).status, 503);
  }
  assert.match((await healthz.get("/readyz", "text/plain")).body, /draining\nreadyz check failed\n$/);
  for (const path of ["/", "/healthz", "/livez", "/startupz", "/-/readyz"]) {
    assert.equal((await healthz.get(path)).status, 200, path);
  }
  assert.equal(await metric(healthz, "outrigger_health_draining"), 1);
  for (const method of ["DELETE", "DELETE"]) {
    assert.equal((await healthz.ask(method, "/-/drain")).status, 200);
    assert.equal((await healthz.get("/readyz")).status, 200);
  }
});

test("asking about the drain is 405", async (t) => {
  const healthz = await startHealthz(t, {});
  for (const method of ["GET", "HEAD", "PUT"]) {
    const { status, headers } = await healthz.ask(method, "/-/drain");
    assert.deepEqual([status, headers.allow], [405, "POST, DELETE"]);
  }
});

test("a drain is accepted from loopback only, whatever the headers claim", async (t) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal);
  if (outside === undefined) return t.skip("this machine has no address but loopback");
  const healthz = await startHealthz(t, { checks: { bad: { tcp: "127.0.0.1:1", fall: 1, timeout: "10s" } } });
  await failureOf(healthz, "bad");
  const url = `http://${outside.address}:${healthz.port}`;
  const headers = { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1", host: "localhost" };
  assert.equal((await request(`${url}/-/drain`, { method: "POST", headers })).status, 403);
  assert.equal((await request(`${url}/readyz`, { headers })).body, '{"status": "FAIL"}');
  const verbose = await request(`${url}/readyz?verbose`, { headers: { ...headers, accept: "text/plain" } });
  assert.equal(verbose.body, "[-]bad failed: connection refused\nreadyz check failed\n");
});

test("SIGTERM ends it with status 0 in the middle of a hanging check, without waiting for that", async (t) => {
  const hanging = await startTarget(t, () => {});
  const { tool } = await startHealthz(t, { checks: { hanging: { http: hanging.url, timeout: "1h" } } });
  await eventually(() => assert.equal(hanging.hits, 1));
  assert.deepEqual(await tool.stop(), { code: 0, signal: null });
});

test("neither idle nor half-open connections delay the stop", async (t) => {
  const { tool, port } = await startHealthz(t, {});
  const idle = connect(port, "127.0.0.1", () => idle.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"));
  const halfOpen = connect(port, "127.0.0.1", () => halfOpen.write("GET /healthz HT"));
  for (const socket of [idle, halfOpen]) {
    socket.on("error", () => {});
    atEnd(t, () => socket.destroy());
  }
  await new Promise((resolve) => idle.once("data", resolve));
  const started = performance.now();
  assert.deepEqual(await tool.stop("SIGINT"), { code: 0, signal: null });
  // The server itself would wait 60 s for the one, 10 s for the other.
  assert.ok(performance.now() - started < 8000);
});
