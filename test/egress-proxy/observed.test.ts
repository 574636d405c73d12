// What report and learn look at of what they let pass: as much as enforce would, and no more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { clientHello } from "./support/client-hello.ts";
import { startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

for (const mode of ["report", "learn"]) {
  test(`${mode} does not look into a tunnel that no rule names, to a port where enforce would ask for no TLS`, async (t) => {
    const upstream = await startUpstream(t, () => {});
    const proxy = await startProxy(t, { mode, guard: { allow: ["127.0.0.0/8"] } });
    const tunnel = new RawClient(proxy.port).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await tunnel.until("200 Connection established");
    const hello = clientHello({ names: ["other.test"] });
    tunnel.send(hello);
    await eventually(() => assert.equal(upstream.received(), hello.toString("latin1")));
    tunnel.socket.end();
    const record = await eventually(() => {
      const [found] = proxy.audit();
      assert.ok(found);
      return found;
    });
    const { verdict, wouldDeny, reason, sni } = record;
    assert.deepEqual(
      { verdict, wouldDeny, reason, sni },
      {
        verdict: "allowed",
        wouldDeny: true,
        reason: "host_not_allowed",
        sni: undefined,
      },
    );
  });
}
