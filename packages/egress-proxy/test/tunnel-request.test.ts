// A CONNECT from its head to the first bytes of the tunnel. What would go to the world ends in the test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { clientHello } from "../../../test/egress-proxy/support/client-hello.ts";
import { socketPair } from "../../../test/egress-proxy/support/socket-pair.ts";
import { startUpstream } from "../../../test/egress-proxy/support/upstream.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { ClientConnection } from "../src/proxy/client-connection.ts";
import { handleConnect } from "../src/proxy/connect.ts";
import { createEngine } from "./support/engine.ts";

type Dial = (this: Socket, args: [{ host: string; port: number }]) => Socket;

/** A client's connection to a proxy with this configuration, whose own connections are made by `dial`. */
async function start(t: TestContext, egress: object, dial: Dial) {
  const { near, far } = await socketPair(t);
  const engine = createEngine(egress);
  t.mock.method(Socket.prototype, "connect", dial);
  new ClientConnection(near, {
    request: () => {},
    connect: (head, client, rest, keep) => handleConnect(engine, { head, client, rest, keep }),
    malformed: () => {},
    failed: () => {},
  });
  return { engine, far };
}

/** Leads every connection to a server of the test. */
function to(port: number): Dial {
  const { connect } = Socket.prototype;
  return function dial(args) {
    Object.assign(args[0], { host: "127.0.0.1", port });
    return Reflect.apply(connect, this, [args]) as Socket;
  };
}

for (const [name, bytes, expected] of [
  ["TLS to its name", clientHello({ names: ["A.test"] }), { sni: "A.test", tunnel: "tls" }],
  ["TLS to another name", clientHello({ names: ["b.test"] }), { sni: "b.test", tunnel: "any" }],
  ["no TLS", Buffer.from("SSH-2.0-x\r\n"), { sni: undefined, tunnel: "any" }],
] as const) {
  test(`report and learn know that a tunnel to port 443 that no rule names carries ${name}`, async (t) => {
    const upstream = await startUpstream(t, () => {});
    const { engine, far } = await start(t, { mode: "report" }, to(upstream.port));
    far.write("CONNECT a.test:443 HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(far, "data");
    far.end(bytes);
    const { record } = await eventually(() => {
      const [seen] = engine.journal.recent;
      assert.ok(seen);
      return seen;
    });
    assert.equal(upstream.received(), bytes.toString("latin1"));
    assert.deepEqual([record.wouldDeny, record.reason, record.sni], [true, "host_not_allowed", expected.sni]);
    assert.deepEqual(engine.journal.sightings, [{ host: "a.test", port: 443, count: 1, tunnel: expected.tunnel }]);
  });
}

test("a client that goes while its CONNECT is dialled ends the dial", async (t) => {
  const dialled: Socket[] = [];
  const { engine, far } = await start(t, { allow: ["a.test"] }, function dial(this: Socket) {
    dialled.push(this);
    return this;
  });
  far.write("CONNECT a.test:443 HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => assert.equal(dialled.length, 1));
  assert.equal(dialled[0]?.destroyed, false);
  far.resetAndDestroy();
  await eventually(() => assert.equal(dialled[0]?.destroyed, true));
  assert.deepEqual(
    engine.journal.recent.map(({ record: { status } }) => status),
    [499],
  );
});
