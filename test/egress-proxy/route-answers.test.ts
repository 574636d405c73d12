// What routes make of the answers of their servers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { answering, type Reaction, startUpstream } from "./support/upstream.ts";

const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
const failing: Reaction = (socket) => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");

test("a reload brings no failing server back", async (t) => {
  const [bad, good] = [await startUpstream(t, failing), await startUpstream(t, answering("good"))];
  const upstreams = [bad, good].map(({ port }) => `http://localhost:${port}`);
  const routes = { "http://svc.test/": { upstreams, eject: { consecutive: 1, for: "1h" } } };
  const proxy = await startProxy(t, { routes });
  for (let index = 0; index < 2; index++) await exchange(proxy.port, ask("http://svc.test/"));
  await proxy.reload({ routes, allow: ["other.test"] });
  for (let index = 0; index < 3; index++) assert.match(await exchange(proxy.port, ask("http://svc.test/")), /good$/);
  assert.match(await proxy.metrics(), /route_ejected\{route="http:\/\/svc\.test\/"\} 1\n/);
});

test("what a client has got an interim answer of is not tried again", async (t) => {
  const early = await startUpstream(t, (socket) => {
    socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
  });
  const good = await startUpstream(t, answering("good"));
  const upstreams = [early, good].map(({ port }) => `http://localhost:${port}`);
  const proxy = await startProxy(t, { routes: { "http://svc.test/": { upstreams, retries: { attempts: 1 } } } });
  assert.match(
    await exchange(proxy.port, ask("http://svc.test/")),
    /^HTTP\/1\.1 103 .*\r\n\r\nHTTP\/1\.1 503 Busy\r\n.*busy$/s,
  );
  assert.equal(good.connections.length, 0);
});

test("an interim answer that HTTP/1.0 does not get is no reason against another try", async (t) => {
  const early = await startUpstream(t, (socket) => {
    socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
  });
  const good = await startUpstream(t, answering("good"));
  const upstreams = [early, good].map(({ port }) => `http://localhost:${port}`);
  const proxy = await startProxy(t, { routes: { "http://svc.test/": { upstreams, retries: { attempts: 1 } } } });
  assert.match(await exchange(proxy.port, "GET http://svc.test/ HTTP/1.0\r\n\r\n"), /good$/);
});

for (const [protocol, status] of [
  ["Upgrade: WebSocket\r\n", 101],
  ["", 101],
  ["Upgrade: h2c\r\n", 502],
  ["Upgrade: websocket, h2c\r\n", 502],
] as const) {
  test(`a 101 with ${JSON.stringify(protocol)} for a WebSocket is ${status}`, async (t) => {
    const upstream = await startUpstream(t, (socket) => {
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${protocol}\r\nbytes`);
    });
    const proxy = await startProxy(t, { routes: { "http://ws.test/": `http://localhost:${upstream.port}` } });
    const client = new RawClient(proxy.port).send(
      "GET http://ws.test/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    const text = await client.end();
    assert.equal(statusOf(text), status);
    assert.equal(text.endsWith("bytes"), status === 101);
  });
}

test("the record of a route says which upstream answered, where, and how many were tried", async (t) => {
  const good = await startUpstream(t, answering("good"));
  const upstream = `http://localhost:${good.port}`;
  const proxy = await startProxy(t, {
    routes: { "http://svc.test/a": { upstreams: ["http://localhost:1", upstream], retries: { attempts: 1 } } },
    audit: "all",
  });
  for (const path of ["/a/1", "/a/2", "/a/../b"]) await exchange(proxy.port, ask(`http://svc.test${path}`));
  await eventually(
    () =>
      assert.deepEqual(
        proxy.audit().map((record) => [record.route, record.upstream, record.address, record.attempts]),
        [
          ["http://svc.test/a", upstream, "127.0.0.1", 2],
          ["http://svc.test/a", upstream, "127.0.0.1", 1],
          ["http://svc.test/a", undefined, undefined, undefined],
        ],
      ),
    { ms: 15_000 },
  );
});
