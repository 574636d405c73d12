// Clients that send all they have and end their side at once, before anything has been dialled: their end must not get lost,
// nor be taken for the end of what they wait for.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { clientHello } from "./support/client-hello.ts";
import { type DnsServer, startDns } from "./support/dns.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { RawClient, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let dns: DnsServer;
let upstream: Upstream;
let proxy: RunningProxy;
let tcpPort = 0;

before(async () => {
  dns = await startDns(t, { "tls.test": { addresses: ["127.0.0.1"] } });
  upstream = await startUpstream(t, (socket, received) => {
    if (/^(?:GET|POST) .*(?:\r\n\r\n|hello|0\r\n\r\n)$/s.test(received)) {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    }
  });
  tcpPort = await freePort("127.0.0.1");
  proxy = await startProxy(t, {
    allow: [
      `localhost:${upstream.port}`,
      { host: "tls.test", ports: [upstream.port], tunnel: "tls", resolvesTo: ["127.0.0.1/32"] },
    ],
    routes: { [`tcp://127.0.0.1:${tcpPort}`]: `127.0.0.1:${upstream.port}` },
    dns: { servers: [dns.address] },
    timeouts: { headers: "1m", idle: "1m" },
  });
});

beforeEach(() => upstream.reset());

/** Sends bytes and the end of the connection together. */
function sendAndEnd(bytes: string | Buffer, port = proxy.port): RawClient {
  const client = new RawClient(port).send(bytes);
  client.socket.end();
  return client;
}

/** The upstream has got these bytes and the end of them. */
async function arrivedWhole(bytes: string | Buffer): Promise<void> {
  await eventually(() => {
    assert.equal(upstream.received(), bytes.toString("latin1"));
    assert.ok(upstream.connections.at(-1)?.readableEnded);
  });
}

const url = () => `http://localhost:${upstream.port}`;

for (const [name, body] of [
  ["Content-Length", "Content-Length: 5\r\n\r\nhello"],
  ["chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
] as const) {
  test(`a POST in ${name} gets its answer`, async () => {
    const text = await sendAndEnd(`POST ${url()}/ HTTP/1.1\r\nHost: x\r\n${body}`).end();
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n.*ok$/s);
  });
}

test("of pipelined requests each gets its answer, and half of one is 400 at once", async () => {
  const request = (path: string, rest: string) => `POST ${url()}${path} HTTP/1.1\r\nHost: x\r\n${rest}`;
  const whole = "Content-Length: 5\r\n\r\nhello";
  const text = await sendAndEnd(request("/1", whole) + request("/2", whole) + request("/3", "Content")).end();
  assert.deepEqual(text.match(/HTTP\/1\.1 \d{3}/g), ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 400"]);
});

test("a body that ends too early ends the connection", async (context) => {
  // What arrives of it may arrive at any time: at a server of its own, not in the middle of another test.
  const { port } = await startUpstream(context, () => {});
  const own = await startProxy(context, { allow: [`localhost:${port}`] });
  const request = `POST http://localhost:${port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nhello`;
  assert.notEqual(statusOf(await sendAndEnd(request, own.port).end()), 200);
});

test("a tunnel passes bytes and end on", async () => {
  const client = sendAndEnd(`CONNECT localhost:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\nbytes`);
  await arrivedWhole("bytes");
  assert.equal(await client.end(), "HTTP/1.1 200 Connection established\r\n\r\n");
});

test("so does one whose ClientHello is looked at", async () => {
  const hello = clientHello({ names: ["tls.test"] });
  const head = Buffer.from(`CONNECT tls.test:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const client = sendAndEnd(Buffer.concat([head, hello]));
  await arrivedWhole(hello);
  await client.end();
});

test("half a ClientHello is refused without waiting for more", async () => {
  const head = Buffer.from(`CONNECT tls.test:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await sendAndEnd(Buffer.concat([head, clientHello({ names: ["tls.test"] }).subarray(0, 50)])).end();
  await eventually(() => {
    assert.equal(upstream.connections.length, 1);
    assert.ok(upstream.connections[0]?.readableEnded || upstream.connections[0]?.destroyed);
  });
  assert.equal(upstream.received(), "");
});

test("a route over TCP passes bytes and end on, also when there are none", async () => {
  for (const bytes of ["bytes", ""]) {
    upstream.reset();
    const client = sendAndEnd(bytes, tcpPort);
    await eventually(() => assert.equal(upstream.connections.length, 1));
    await arrivedWhole(bytes);
    await client.end();
  }
});

test("a refused CONNECT ends the connection", async () => {
  const text = await sendAndEnd("CONNECT evil.test:443 HTTP/1.1\r\nHost: x\r\n\r\n").end();
  assert.equal(reasonOf(text), "host_not_allowed");
});
