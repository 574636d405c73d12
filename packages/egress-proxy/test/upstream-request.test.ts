// What a route sends to its upstreams, and how much of an upload waits for one. Connections to upstreams end in the test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import { handleRequest } from "../src/proxy/plain.ts";
import type { Connected, Destination } from "../src/upstream/pool.ts";
import { UpstreamConnection } from "../src/upstream/upstream-connection.ts";
import { createEngine } from "./support/engine.ts";

/** More than the system takes. */
const SIZE = 16 * 1024 * 1024;

/** A client's connection to a proxy with this configuration, and the one from there to any upstream. */
async function start(t: TestContext, egress: object) {
  const [client, upstream] = [await socketPair(t), await socketPair(t)];
  const engine = createEngine(egress);
  t.mock.method(engine.pool, "connect", ({ poolName: name }: Destination, done: Connected) => {
    done(undefined, new UpstreamConnection(upstream.near, { name, address: "" }, engine.pool));
    return () => {};
  });
  new ClientConnection(client.near, {
    request: (request) => handleRequest(engine, request),
    connect: () => {},
    malformed: () => {},
    failed: () => {},
  });
  return { client, upstream };
}

for (const [to, host] of [
  ["http://8.8.8.8", "8.8.8.8"],
  ["http://8.8.8.8:80", "8.8.8.8"],
  ["http://8.8.8.8:443", "8.8.8.8:443"],
  ["https://8.8.8.8", "8.8.8.8"],
  ["https://8.8.8.8:443", "8.8.8.8"],
  ["https://8.8.8.8:80", "8.8.8.8:80"],
  ["https://[2606:4700::1]:8443", "[2606:4700::1]:8443"],
] as const) {
  test(`Host names the upstream ${to}, without the port that its scheme has anyway`, async (t) => {
    const { client, upstream } = await start(t, { routes: { "http://a.test/": to } });
    client.far.write("GET http://a.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n");
    const [received] = (await once(upstream.far, "data")) as [Buffer];
    assert.match(received.toString("latin1"), /^GET \/x HTTP\/1\.1\r\n/);
    assert.deepEqual(/^Host: (.*)\r$/m.exec(received.toString("latin1"))?.[1], host);
  });
}

for (const [name, head, body] of [
  ["with a length", `Content-Length: ${SIZE}`, Buffer.alloc(SIZE)],
  [
    "in chunks",
    "Transfer-Encoding: chunked",
    Buffer.concat([Buffer.from(`${SIZE.toString(16)}\r\n`), Buffer.alloc(SIZE)]),
  ],
] as const) {
  test(`of an upload ${name} no more than a chunk waits for an upstream that takes nothing`, async (t) => {
    const { client, upstream } = await start(t, { allow: ["a.test"] });
    upstream.far.pause();
    client.far.write(`POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\n${head}\r\n\r\n`);
    client.far.write(body);
    // The system takes more now and then until it has enough.
    await eventually(async () => {
      assert.ok(upstream.near.writableNeedDrain);
      assert.ok(client.near.isPaused());
      const read = client.near.bytesRead;
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(client.near.bytesRead, read);
    });
    assert.ok(client.near.bytesRead < SIZE);
    assert.ok(client.near.readableLength + upstream.near.writableLength <= 2 * 64 * 1024);
  });
}
