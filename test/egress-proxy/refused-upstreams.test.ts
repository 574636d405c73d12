// Routes some of whose servers the guard refuses: each is judged by itself, and none is dialled that is refused.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { type DnsServer, startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, RawClient, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { type Reaction, startUpstream, type Upstream } from "./support/upstream.ts";

const scope = fileScope();
let dns: DnsServer;
let upstream: Upstream;
before(async () => {
  dns = await startDns(scope, { "inside.example.test": { addresses: ["127.0.0.1"] } });
  upstream = await startUpstream(scope);
});

/** A server whose address the guard refuses, and that would answer. */
const refused = () => `inside.example.test:${upstream.port}`;
const served = () => `127.0.0.1:${upstream.port}`;
const ask = (method = "GET", body = "") =>
  `${method} http://svc.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

for (const balance of ["round-robin", "random", "least-requests", "hash"]) {
  test(`a request goes to the server that is permitted, without a retry (${balance})`, async (t) => {
    const upstreams = [refused(), served(), refused().replace("inside", "INSIDE")].map((host) => `http://${host}`);
    const proxy = await startProxy(t, {
      dns: { servers: [dns.address] },
      routes: { "http://svc.test/": { upstreams, balance } },
      audit: "all",
    });
    for (let index = 0; index < 4; index++) {
      assert.equal(statusOf(await exchange(proxy.port, ask("POST", "all of it"))), 200);
    }
    const records = await eventually(() => {
      const all = proxy.audit("svc.test");
      assert.equal(all.length, 4);
      return all;
    });
    for (const { verdict, upstream: to, address } of records) {
      assert.deepEqual([verdict, to, address], ["allowed", `http://${served()}`, "127.0.0.1"]);
    }
    assert.doesNotMatch(await proxy.metrics(), /route_retries_total\{/);
    assert.match(await proxy.metrics(), /decisions_total\{verdict="allowed",reason="",kind="http"\} 4/);
  });
}

test("a request is denied when every server is refused, and says how many were judged", async (t) => {
  const upstreams = [`http://${refused()}`, "http://127.0.0.9:80"];
  const proxy = await startProxy(t, {
    dns: { servers: [dns.address] },
    guard: { deny: ["127.0.0.9/32"] },
    routes: { "http://svc.test/": { upstreams, retries: { attempts: 1 } } },
  });
  for (let index = 0; index < 2; index++) {
    const text = await exchange(proxy.port, ask());
    assert.equal(statusOf(text), 403);
    assert.match(String(reasonOf(text)), /^address_(?:denied|prohibited)$/);
  }
  const records = await eventually(() => {
    const all = proxy.audit("svc.test");
    assert.equal(all.length, 2);
    return all;
  });
  for (const { verdict, reason, upstream: last, address, attempts } of records) {
    const expected = last === upstreams[0] ? ["address_prohibited", "127.0.0.1"] : ["address_denied", "127.0.0.9"];
    assert.deepEqual([verdict, reason, address, attempts], ["denied", ...expected, 2]);
  }
});

test("a retry that finds the other server refused goes to the first again, and its answer passes", async (t) => {
  const busy: Reaction = (socket) => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  const server = await startUpstream(t, busy);
  const proxy = await startProxy(t, {
    dns: { servers: [dns.address] },
    routes: {
      "http://svc.test/": {
        upstreams: [`http://127.0.0.1:${server.port}`, `http://${refused()}`],
        retries: { attempts: 1 },
      },
    },
  });
  for (let index = 1; index <= 2; index++) {
    assert.equal(statusOf(await exchange(proxy.port, ask())), 503);
    assert.equal(server.received().split("GET ").length - 1, 2 * index);
  }
});

test("a server that is refused beside one that does not listen is no denial, over HTTP and tcp", async (t) => {
  const port = await freePort("127.0.0.1");
  const proxy = await startProxy(t, {
    dns: { servers: [dns.address] },
    routes: {
      "http://svc.test/": { upstreams: [`http://${refused()}`, "http://localhost:1"], retries: { attempts: 1 } },
      [`tcp://127.0.0.1:${port}`]: { upstreams: [refused(), "localhost:1"], eject: { consecutive: 100 } },
    },
    audit: "all",
  });
  for (let index = 0; index < 2; index++) {
    assert.equal(statusOf(await exchange(proxy.port, ask())), 502);
    assert.equal(await new RawClient(port).end(), "");
  }
  await eventually(() => assert.equal(proxy.audit().length, 4));
  for (const { verdict, error, reason } of proxy.audit()) {
    assert.deepEqual([verdict, error, reason], ["allowed", "connection_refused", undefined]);
  }
});

test("tcp: a connection goes to the server that is permitted; with none it is closed and denied", async (t) => {
  const echo = await startUpstream(t, (socket, _received, chunk) => socket.write(chunk));
  const [port, shut] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const inside = `inside.example.test:${echo.port}`;
  const eject = { consecutive: 1, for: "1h" };
  const proxy = await startProxy(t, {
    dns: { servers: [dns.address] },
    routes: {
      [`tcp://127.0.0.1:${port}`]: { upstreams: [inside, `127.0.0.1:${echo.port}`], eject },
      [`tcp://127.0.0.1:${shut}`]: { upstreams: [inside, `INSIDE.example.test:${echo.port}`], eject },
    },
    audit: "all",
  });
  for (let index = 0; index < 4; index++) {
    const client = new RawClient(port).send("hello");
    await client.until("hello");
    client.socket.destroy();
  }
  for (let index = 0; index < 2; index++) assert.equal(await new RawClient(shut).send("hello").end(), "");
  await eventually(() => assert.equal(proxy.audit().length, 6));
  for (const { route, verdict, reason, address } of proxy.audit()) {
    const expected = route === `tcp://127.0.0.1:${port}` ? ["allowed", undefined] : ["denied", "address_prohibited"];
    assert.deepEqual([verdict, reason, address], [...expected, "127.0.0.1"]);
  }
  assert.match(await proxy.metrics(), new RegExp(`route_ejected\\{route="tcp://127.0.0.1:${port}"\\} 0`));
});
