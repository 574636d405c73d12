// What a reload makes new besides the rules, and what it keeps because nothing about it has changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { accepted, startUpstream } from "./support/upstream.ts";

const get = (url: string) => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("other DNS servers are asked from the reload on; with the same ones answers stay known", async (t) => {
  const upstream = await startUpstream(t);
  const zone = { addresses: ["127.0.0.1"] };
  const [first, second] = [await startDns(t, { "a.test": zone }), await startDns(t, { "a.test": zone })];
  const guard = { allow: ["127.0.0.0/8"] };
  const allow = [`a.test:${upstream.port}`];
  const proxy = await startProxy(t, { allow, guard, dns: { servers: [first.address] } });
  const ask = async () => statusOf(await exchange(proxy.port, get(`http://a.test:${upstream.port}/`)));
  assert.equal(await ask(), 200);
  await proxy.reload({ allow: [...allow, "b.test"], guard, dns: { servers: [first.address] } });
  assert.equal(await ask(), 200);
  assert.deepEqual([first.queries.length, second.queries.length], [2, 0]);
  await proxy.reload({ allow, guard, dns: { servers: [second.address] } });
  assert.equal(await ask(), 200);
  assert.deepEqual([first.queries.length, second.queries.length], [2, 2]);
});

test("another timeouts.idle counts for upstream connections from the reload on, and ends those that are free", async (t) => {
  const upstream = await startUpstream(t, (socket, received) => {
    if (received.includes("/quick")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const allow = [`localhost:${upstream.port}`];
  const proxy = await startProxy(t, { allow });
  const url = (path: string) => get(`http://localhost:${upstream.port}/${path}`);
  assert.equal(statusOf(await exchange(proxy.port, url("quick"))), 200);
  const kept = await accepted(upstream);
  assert.equal(kept.readableEnded, false);
  await proxy.reload({ allow, timeouts: { idle: "500ms" } });
  await eventually(() => assert.ok(kept.readableEnded || kept.destroyed));
  assert.match(await exchange(proxy.port, url("silent")), /^HTTP\/1\.1 504 .*error=http_response_timeout/s);
});

test("SIGTERM does not wait for connections that clients have opened ahead and not used", async (t) => {
  const proxy = await startProxy(t, { drainTimeout: "10s", timeouts: { headers: "1m" } });
  const spare = new RawClient(proxy.port);
  await eventually(async () => assert.match(await proxy.metrics(), /connections\{side="client"\} 1\n/));
  proxy.tool.signal("SIGTERM");
  assert.equal((await proxy.tool.exited).code, 0);
  await spare.closed;
  assert.doesNotMatch(proxy.tool.stderr, /cut connections/);
});
