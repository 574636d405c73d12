// What a route sends to its upstreams, and which of its connections may be shared.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { Resolver } from "@outrigger/net/resolve";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { egressSection } from "../src/config.ts";
import type { Engine } from "../src/engine.ts";
import { Journal } from "../src/journal.ts";
import { OwnListeners } from "../src/own-listeners.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import { handleRequest } from "../src/proxy/plain.ts";
import { createSnapshot } from "../src/snapshot.ts";
import { createTelemetry } from "../src/telemetry.ts";
import { type Destination, UpstreamPool } from "../src/upstream/pool.ts";
import { UpstreamConnection } from "../src/upstream/upstream-connection.ts";

/** Sends one request through a proxy with this configuration; connections to upstreams end here. */
async function send(t: TestContext, egress: object, head: string) {
  const [client, upstream] = [await socketPair(t), await socketPair(t)];
  const destinations: Destination[] = [];
  const pool = new UpstreamPool({ idleTimeout: 60_000, onDial: () => {} });
  t.mock.method(
    pool,
    "connect",
    (destination: Destination, done: (error: undefined, to: UpstreamConnection) => void) => {
      destinations.push(destination);
      done(undefined, new UpstreamConnection(upstream.near, { name: destination.poolName, address: "" }, pool));
      return () => {};
    },
  );
  const telemetry = createTelemetry(new Registry(), {
    connections: () => ({ client: 0, upstream: 0 }),
    ejected: () => [],
  });
  const engine: Engine = {
    snapshot: createSnapshot(egressSection.schema.parse(egress), new OwnListeners()),
    resolver: new Resolver(),
    pool,
    unfinished: 0,
    log: silentLog,
    telemetry,
    journal: new Journal(),
    mark: "outrigger-0",
  };
  new ClientConnection(client.near, {
    request: (request) => handleRequest(engine, request),
    connect: () => {},
    malformed: () => {},
    failed: () => {},
  });
  client.far.write(`${head}\r\nHost: a.test\r\n\r\n`);
  const [received] = (await once(upstream.far, "data")) as [Buffer];
  return { received: received.toString("latin1"), destinations };
}

for (const [upstream, host] of [
  ["http://8.8.8.8", "8.8.8.8"],
  ["http://8.8.8.8:80", "8.8.8.8"],
  ["http://8.8.8.8:443", "8.8.8.8:443"],
  ["https://8.8.8.8", "8.8.8.8"],
  ["https://8.8.8.8:443", "8.8.8.8"],
  ["https://8.8.8.8:80", "8.8.8.8:80"],
  ["https://[2606:4700::1]:8443", "[2606:4700::1]:8443"],
] as const) {
  test(`Host names the upstream ${upstream}, without the port that its scheme has anyway`, async (t) => {
    const { received } = await send(t, { routes: { "http://a.test/": upstream } }, "GET http://a.test/x HTTP/1.1");
    assert.match(received, /^GET \/x HTTP\/1\.1\r\n/);
    assert.deepEqual(/^Host: (.*)\r$/m.exec(received)?.[1], host);
  });
}
