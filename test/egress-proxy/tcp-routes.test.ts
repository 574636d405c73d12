// Routes over TCP whose servers fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";
import { type Reaction, startUpstream } from "./support/upstream.ts";

test("a connection for which only servers are left that are left alone is closed", async (t) => {
  const port = await freePort("127.0.0.1");
  const proxy = await startProxy(t, {
    routes: {
      [`tcp://127.0.0.1:${port}`]: { upstreams: ["localhost:1", "127.0.0.1:1"], eject: { consecutive: 1, for: "1h" } },
    },
    audit: "all",
  });
  // The first one has the first server left alone.
  for (let index = 0; index < 3; index++) assert.equal(await new RawClient(port).end(), "");
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ error, attempts }) => [error, attempts]),
      [
        ["connection_refused", 2],
        ["connection_refused", 1],
        ["connection_refused", 1],
      ],
    ),
  );
  const left = proxy.tool.logs.filter(({ msg }) => msg === "left an upstream alone for a while");
  assert.deepEqual(
    left.map(({ route, upstream }) => [route, upstream]),
    [[`tcp://127.0.0.1:${port}`, "localhost:1"]],
  );
});

test("connections that were open before a reload count for least-requests after it", async (t) => {
  const greeting = (name: string): Reaction => {
    return (socket) => socket.write(name);
  };
  const [a, b] = [await startUpstream(t, greeting("a")), await startUpstream(t, greeting("b"))];
  const port = await freePort("127.0.0.1");
  const upstreams = [a, b].map((server) => `127.0.0.1:${server.port}`);
  const routes = { [`tcp://127.0.0.1:${port}`]: { upstreams, balance: "least-requests" } };
  const proxy = await startProxy(t, { routes, audit: "all" });
  const open = async () => {
    const client = new RawClient(port).send("hello");
    return { client, name: await client.until(/^[ab]/) };
  };
  const before = [await open(), await open(), await open(), await open()];
  for (const { client } of before.filter(({ name }) => name === "b")) {
    client.socket.destroy();
    await client.closed;
  }
  await eventually(() => assert.equal(proxy.audit().length, 2), { ms: 15_000 });
  await proxy.reload({ routes, allow: ["other.test"] });
  const after = [await open(), await open()];
  assert.deepEqual(
    after.map(({ name }) => name),
    ["b", "b"],
  );
  for (const { client } of [...before, ...after]) client.socket.destroy();
});
