// An application whose connections must leave through another proxy reaches it by a tcp route.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../harness/ports.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, statusOf } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

test("a tcp route to a parent proxy carries requests and tunnels, and the parent's list decides", async (t) => {
  const upstream = await startUpstream(t);
  const parent = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const from = await freePort("127.0.0.1");
  await startProxy(t, { routes: { [`tcp://127.0.0.1:${from}`]: `localhost:${parent.port}` } });

  const plain = (port: number) => `GET http://localhost:${port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  assert.match(await exchange(from, plain(upstream.port)), /upstream$/);
  assert.equal(statusOf(await exchange(from, plain(1))), 403);
  const tunnel = new RawClient(from).send(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await tunnel.until("200 Connection established");
  await tunnel.send("GET / HTTP/1.1\r\n\r\n").until("upstream");
  tunnel.socket.destroy();
});
