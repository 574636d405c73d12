// A server may close a kept connection just as the next request is sent on it (RFC 9112 section 9.3.1).
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { startDns } from "./support/dns.ts";
import { startProxy } from "./support/proxy.ts";
import { exchange, statusOf } from "./support/raw.ts";
import { answering, startUpstream } from "./support/upstream.ts";

const cases = [
  { name: "a GET is sent once more, on a connection of its own", method: "GET", status: 200, arrivals: 2, attempts: 2 },
  { name: "a POST without a body is not sent twice", method: "POST", status: 502, arrivals: 1, attempts: undefined },
  {
    name: "nor is a PUT, whose body is gone",
    method: "PUT",
    body: "ab",
    status: 502,
    arrivals: 1,
    attempts: undefined,
  },
  {
    name: "nor is a GET whose answer has begun",
    method: "GET",
    begun: "HTTP/1.1 2",
    status: 502,
    arrivals: 1,
    attempts: undefined,
  },
  {
    name: "nor is one that had an interim answer",
    method: "GET",
    begun: "HTTP/1.1 103 Early Hints\r\n\r\n",
    status: 103,
    arrivals: 1,
    attempts: undefined,
  },
];
for (const { name, method, body = "", begun, status, arrivals, attempts } of cases) {
  test(name, async (t) => {
    const answer = answering("ok");
    const upstream = await startUpstream(t, (socket, received, chunk) => {
      const isKept = received.includes("second") && received.includes("first");
      if (isKept && begun) socket.end(begun);
      else if (isKept) socket.resetAndDestroy();
      else answer(socket, received, chunk);
    });
    const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], audit: "all" });
    const ask = (verb: string, path: string, content = "") => {
      const length = content === "" ? "" : `Content-Length: ${content.length}\r\n`;
      const line = `${verb} http://localhost:${upstream.port}/${path} HTTP/1.1`;
      return exchange(proxy.port, `${line}\r\nHost: x\r\nConnection: close\r\n${length}\r\n${content}`);
    };
    assert.equal(statusOf(await ask("GET", "first")), 200);
    assert.equal(statusOf(await ask(method, "second", body)), status);
    assert.equal(upstream.received().split("/second").length - 1, arrivals);
    const record = await eventually(() => {
      const [, found] = proxy.audit("localhost");
      assert.ok(found);
      return found;
    });
    assert.equal(record.attempts, attempts);
  });
}

test("a GET is sent once more also when several kept connections have died", async (t) => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const waiting = [first, second];
  let isOver = false;
  const upstream = await startUpstream(t, async (socket, received) => {
    if (isOver) {
      if (received.includes("before")) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      return;
    }
    waiting.pop()?.resolve();
    await Promise.all([first.promise, second.promise]);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`], audit: "all" });
  const url = (path: string) => `http://localhost:${upstream.port}/${path}`;
  await Promise.all([exchange(proxy.port, get(url("before"))), exchange(proxy.port, get(url("before")))]);
  assert.equal(upstream.connections.length, 2);
  isOver = true;
  assert.equal(statusOf(await exchange(proxy.port, get(url("after")))), 200);
  assert.equal(upstream.connections.length, 3);
});

test("a connection is kept after a whole upload, and closed when its answer came before the end", async (t) => {
  const upstream = await startUpstream(t, (socket, _received, chunk) => {
    if (/abcde|early/.test(chunk.toString("latin1"))) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const post = (path: string, content: string) =>
    exchange(
      proxy.port,
      `POST http://localhost:${upstream.port}/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n${content}`,
    );
  for (let time = 0; time < 2; time++) assert.equal(statusOf(await post("whole", "abcde")), 200);
  assert.equal(upstream.connections.length, 1);
  assert.equal(statusOf(await post("early", "a")), 200);
  await eventually(() => assert.ok(upstream.connections[0]?.destroyed || upstream.connections[0]?.readableEnded));
  assert.equal(statusOf(await post("whole", "abcde")), 200);
  assert.equal(upstream.connections.length, 2);
});

for (const field of ["Connection: close", "Keep-Alive: timeout=1", "Keep-Alive: timeout=0, max=5"]) {
  test(`a connection is not kept after an answer with ${field}`, async (t) => {
    const upstream = await startUpstream(t, (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${field}\r\nContent-Length: 2\r\n\r\nok`),
    );
    const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
    for (let time = 1; time <= 2; time++) {
      assert.match(await exchange(proxy.port, get(`http://localhost:${upstream.port}/`)), /ok$/);
      assert.equal(upstream.connections.length, time);
    }
  });
}

test("a kept connection that answers nonsense is not asked again", async (t) => {
  const answer = answering("ok");
  const upstream = await startUpstream(t, (socket, received, chunk) => {
    if (received.includes("second")) socket.write("nonsense\r\n\r\n");
    else answer(socket, received, chunk);
  });
  const proxy = await startProxy(t, { allow: [`localhost:${upstream.port}`] });
  const url = (path: string) => `http://localhost:${upstream.port}/${path}`;
  assert.equal(statusOf(await exchange(proxy.port, get(url("first")))), 200);
  assert.match(await exchange(proxy.port, get(url("second"))), /^HTTP\/1\.1 502 .*error=http_protocol_error/s);
  assert.equal(upstream.received().split("/second").length - 1, 1);
});

const get = (url: string) => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test("a kept connection serves its own name, port and addresses only, and no route but its own", async (t) => {
  const here = await startUpstream(t, answering("here"));
  const there = await startUpstream(t, answering("there"), { host: "127.0.0.2", port: here.port });
  const other = await startUpstream(t, answering("other"));
  const dns = await startDns(t, {
    "moves.test": { addresses: ["127.0.0.1"], ttl: 0 },
    "b.test": { addresses: ["127.0.0.1"], ttl: 0 },
    "c.test": { addresses: ["127.0.0.1"], ttl: 0 },
  });
  const resolvesTo = ["127.0.0.0/8"];
  const common = { ports: [here.port, other.port], resolvesTo };
  const proxy = await startProxy(t, {
    allow: [
      { host: "moves.test", ...common },
      { host: "b.test", ...common },
    ],
    routes: {
      "http://one.test/": { upstreams: [`http://b.test:${here.port}`], resolvesTo },
      "http://two.test/": { upstreams: [`http://b.test:${here.port}`], resolvesTo },
      "http://pair.test/": { upstreams: [`http://b.test:${here.port}`, `http://c.test:${here.port}`], resolvesTo },
    },
    dns: { servers: [dns.address] },
  });
  const ask = async (url: string) => (await exchange(proxy.port, get(url))).split("\r\n\r\n")[1];
  const moving = `http://moves.test:${here.port}/`;
  assert.equal(await ask(moving), "here");
  assert.equal(await ask(moving), "here");
  assert.equal(here.connections.length, 1, "it is kept");
  assert.equal(await ask(`http://moves.test:${other.port}/`), "other", "another port");
  assert.equal(await ask(`http://b.test:${here.port}/`), "here");
  assert.equal(here.connections.length, 2, "another name");
  assert.equal(await ask("http://one.test/"), "here");
  assert.equal(here.connections.length, 3, "a route");
  assert.equal(await ask("http://two.test/"), "here");
  assert.equal(here.connections.length, 4, "another route");
  for (let time = 0; time < 4; time++) assert.equal(await ask("http://pair.test/"), "here");
  assert.equal(here.connections.length, 6, "each upstream of a route");
  dns.zones["moves.test"] = { addresses: ["127.0.0.2"], ttl: 0 };
  assert.equal(await ask(moving), "there", "another address");
  dns.zones["moves.test"] = { addresses: ["8.8.8.8"], ttl: 0 };
  assert.match(await exchange(proxy.port, get(moving)), /^HTTP\/1\.1 403 .*address_not_in_resolvesTo/s);
  assert.deepEqual([there.connections.length, other.connections.length], [1, 1]);
  dns.zones["b.test"] = { addresses: ["127.0.0.2"], ttl: 0 };
  assert.equal(await ask("http://one.test/"), "there", "another address of a route's upstream");
});
