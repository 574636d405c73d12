// What the admin port says of a proxy at work and at its end, and where it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { get } from "../harness/http.ts";
import { freePort } from "../harness/ports.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

const ask = (url: string) => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("the admin port moves with a reload: it is closed where it was, and no destination where it is", async (t) => {
  const proxy = await startProxy(t, {});
  const before = `127.0.0.1:${proxy.adminPort}`;
  const after = `127.0.0.1:${await freePort()}`;
  const egress = { allow: [before, after] };
  await proxy.reload(egress);
  assert.match(await exchange(proxy.port, ask(`http://${before}/`)), /^HTTP\/1\.1 403 .*proxy_loop/);
  await proxy.reload({ ...egress, admin: { port: Number(after.split(":")[1]) } });
  assert.equal((await get(`http://${after}/readyz`)).status, 200);
  await eventually(() => assert.rejects(get(`http://${before}/readyz`)));
  assert.match(await exchange(proxy.port, ask(`http://${before}/`)), /^HTTP\/1\.1 502 .*error=connection_refused/s);
  assert.match(await exchange(proxy.port, ask(`http://${after}/`)), /^HTTP\/1\.1 403 .*proxy_loop/);
});

test("both sides' connections are counted; a stopping proxy is alive but not ready, and says what it cut in the end", async (t) => {
  const upstream = await startUpstream(t, () => {});
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], drainTimeout: "3s" });
  const client = new RawClient(proxy.port).send(ask(`http://localhost:${upstream.port}/`));
  await eventually(async () => {
    const metrics = await proxy.metrics();
    for (const side of ["client", "upstream"]) assert.match(metrics, new RegExp(`connections\\{side="${side}"\\} 1\n`));
  });
  const admin = (path: string) => get(`http://127.0.0.1:${proxy.adminPort}${path}`);
  assert.equal((await admin("/readyz")).status, 200);
  proxy.tool.signal("SIGTERM");
  await eventually(async () => {
    const { status, body } = await admin("/readyz");
    assert.equal(status, 503);
    assert.match(body, /stopping/);
  });
  assert.equal((await admin("/livez")).status, 200);
  assert.equal((await proxy.tool.exited).code, 0);
  await client.closed;
  const cut = proxy.tool.logs.find(({ msg }) => msg.startsWith("cut connections"));
  assert.equal(cut?.connections, 1);
});
