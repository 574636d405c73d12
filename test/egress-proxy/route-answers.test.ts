// What routes make of the answers of their servers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startProxy } from "./support/proxy.ts";
import { exchange } from "./support/raw.ts";
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
