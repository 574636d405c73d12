// What the proxy itself answers, and what its records say about it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, reasonOf } from "./support/raw.ts";
import { startUpstream } from "./support/upstream.ts";

const CLOSE = "Host: a\r\nConnection: close\r\n\r\n";

test("records count the bytes of the content of every answer of the proxy's own", async (t) => {
  const proxy = await startProxy(t, {});
  const expected: number[] = [];
  for (const bytes of [
    `GET http://evil.test/ HTTP/1.1\r\n${CLOSE}`,
    `HEAD http://evil.test/ HTTP/1.1\r\n${CLOSE}`,
    `CONNECT evil.test:443 HTTP/1.1\r\n${CLOSE}`,
    "CONNECT evil.test:443 HTTP/1.1\r\nHost: a\r\n\r\nearly",
    `GET / HTTP/1.1\r\n${CLOSE}`,
    "\x16\x03\x01\r\n\r\n",
  ]) {
    const [, content = ""] = (await exchange(proxy.port, bytes)).split("\r\n\r\n");
    assert.equal(content.length > 0, !bytes.startsWith("HEAD"), bytes);
    expected.push(content.length);
  }
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ bytesOut }) => bytesOut),
      expected,
    ),
  );
});

test("the hint about an address behind a route says what to add to the route, and it helps", async (t) => {
  const upstream = await startUpstream(t);
  const dns = await startDns(t, { "svc.test": { addresses: ["127.0.0.1"] } });
  const common = { dns: { servers: [dns.address] } };
  const server = `http://svc.test:${upstream.port}`;
  const proxy = await startProxy(t, { ...common, routes: { "http://local/": server } });
  const ask = `GET http://local/ HTTP/1.1\r\n${CLOSE}`;
  const text = await exchange(proxy.port, ask);
  assert.equal(reasonOf(text), "address_prohibited");
  const { hint } = JSON.parse(text.split("\r\n\r\n")[1] ?? "") as { hint: string };
  const entry = `"http://local/": { upstreams: ["${server}"], resolvesTo: ["127.0.0.1"] }`;
  assert.ok(hint.endsWith(`If it is meant:\negress:\n  routes:\n    ${entry}`), hint);
  await proxy.reload({ ...common, routes: { "http://local/": { upstreams: [server], resolvesTo: ["127.0.0.1"] } } });
  assert.match(await exchange(proxy.port, ask), /^HTTP\/1\.1 200 /);
});

test("the record of an answer that broke off says how", async (t) => {
  const upstream = await startUpstream(t, (socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], audit: "all" });
  await exchange(proxy.port, `GET http://localhost:${upstream.port}/ HTTP/1.1\r\n${CLOSE}`);
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ verdict, status, error }) => [verdict, status, error]),
      [["allowed", 200, "connection_terminated"]],
    ),
  );
});
