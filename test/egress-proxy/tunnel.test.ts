// CONNECT: what a tunnel may carry, and that it carries it faithfully.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import type { LogRecord } from "../harness/tool.ts";
import { clientHello, type HelloOptions } from "./support/client-hello.ts";
import { type DnsServer, startDns } from "./support/dns.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { accepted, type Reaction, startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let dns: DnsServer;
let upstream: Upstream;
let proxy: RunningProxy;
let react: Reaction = () => {};

before(async () => {
  dns = await startDns(t, {
    "api.good.test": { addresses: ["127.0.0.1"] },
    "any.good.test": { addresses: ["127.0.0.1"] },
  });
  upstream = await startUpstream(t, (socket, received, chunk) => react(socket, received, chunk));
  const common = { ports: [upstream.port], resolvesTo: ["127.0.0.1/32"] };
  proxy = await startProxy(t, {
    allow: [
      { host: "api.good.test", tunnel: "tls", ...common },
      { host: "any.good.test", ...common },
      { host: "localhost", ports: [upstream.port], methods: ["GET"] },
    ],
    dns: { servers: [dns.address] },
    audit: "all",
  });
});

beforeEach(() => {
  react = () => {};
  upstream.reset();
});

const connect = (host: string) => `CONNECT ${host}:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`;
const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

async function open(host: string, port = proxy.port): Promise<RawClient> {
  const client = new RawClient(port).send(connect(host));
  await client.until(ESTABLISHED);
  return client;
}

const denials = () => proxy.audit("api.good.test").filter(({ verdict }) => verdict === "denied");

/** The record of the next denial after so many. */
function denialAfter(count: number): Promise<LogRecord> {
  return eventually(() => {
    const found = denials()[count];
    assert.ok(found);
    return found;
  });
}

test("a ClientHello that names the host passes, byte for byte", async () => {
  const hello = clientHello({ names: ["api.good.test"] });
  const client = (await open("api.good.test")).send(hello);
  await eventually(() => assert.equal(upstream.received(), hello.toString("latin1")));
  client.socket.destroy();
});

const passing: [string, HelloOptions][] = [
  ["in another case, with a trailing dot", { names: ["API.good.TEST."] }],
  ["split over many records", { names: ["api.good.test"], record: 5 }],
];
for (const [name, options] of passing) {
  test(`a ClientHello ${name} passes`, async () => {
    const hello = clientHello(options);
    const client = (await open("API.Good.test.")).send(hello);
    await eventually(() => assert.equal(upstream.received(), hello.toString("latin1")));
    client.socket.destroy();
  });
}

test("a ClientHello that comes byte by byte passes once it is complete, not before", async () => {
  const hello = clientHello({ names: ["api.good.test"] });
  const client = await open("api.good.test");
  for (const byte of hello.subarray(0, -1)) {
    client.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(upstream.received(), "");
  client.send(hello.subarray(-1));
  await eventually(() => assert.equal(upstream.received(), hello.toString("latin1")));
  client.socket.destroy();
});

test("a ClientHello sent together with the CONNECT is judged and kept", async () => {
  const good = clientHello({ names: ["api.good.test"] });
  const client = new RawClient(proxy.port).send(Buffer.concat([Buffer.from(connect("api.good.test")), good]));
  await eventually(() => assert.equal(upstream.received(), good.toString("latin1")));
  client.socket.destroy();
  upstream.reset();
  const already = denials().length;
  const bad = clientHello({ names: ["evil.test"] });
  await new RawClient(proxy.port).send(Buffer.concat([Buffer.from(connect("api.good.test")), bad])).end();
  assert.equal(upstream.received(), "");
  assert.equal((await denialAfter(already)).reason, "sni_mismatch");
});

const hello = clientHello({ names: ["api.good.test"] });
const lengthen = (at: number) => {
  const changed = Buffer.from(hello);
  changed[at]! += 1;
  return changed;
};
const refused: [string, string | Buffer, string][] = [
  ["another name", clientHello({ names: ["evil.test"] }), "sni_mismatch"],
  ["a name below", clientHello({ names: ["x.api.good.test"] }), "sni_mismatch"],
  ["two names in one extension", clientHello({ names: ["api.good.test", "evil.test"] }), "sni_mismatch"],
  ["two extensions", clientHello({ names: ["api.good.test", "evil.test"], separate: true }), "sni_mismatch"],
  ["the same name twice", clientHello({ names: ["api.good.test", "api.good.test"], separate: true }), "sni_mismatch"],
  ["a NUL in the name", clientHello({ names: ["api.good.test\0.evil.test"] }), "sni_mismatch"],
  ["two trailing dots", clientHello({ names: ["api.good.test.."] }), "sni_mismatch"],
  ["an address", clientHello({ names: ["127.0.0.1"] }), "sni_mismatch"],
  ["an empty name", clientHello({ names: [""] }), "not_tls"],
  ["no name", clientHello(), "sni_missing"],
  ["plain HTTP", "GET / HTTP/1.1\r\nHost: api.good.test\r\n\r\n", "not_tls"],
  ["SSH", "SSH-2.0-OpenSSH_9.2\r\n", "not_tls"],
  ["a TLS record that is no handshake", Buffer.from([23, 3, 3, 0, 5, 1, 2, 3, 4, 5]), "not_tls"],
  ["an SSLv2 hello", Buffer.from([0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]), "not_tls"],
  ["an empty record", Buffer.from([22, 3, 1, 0, 0]), "not_tls"],
  ["a record of more than 16 KiB", Buffer.from([22, 3, 1, 0xff, 0xff, 1]), "not_tls"],
  ["an extension list with a wrong length", lengthen(5 + 4 + 2 + 32 + 1 + 4 + 2 + 1), "not_tls"],
  [
    "bytes behind the ClientHello in its record",
    Buffer.concat([Buffer.from([22, 3, 1, 0, hello.length - 4]), hello.subarray(5), Buffer.from([0])]),
    "not_tls",
  ],
];
for (const [name, bytes, reason] of refused) {
  test(`${name} ends the tunnel with ${reason}, before a byte has passed`, async () => {
    const already = denials().length;
    const client = (await open("api.good.test")).send(bytes);
    const text = await client.end();
    assert.equal(upstream.received(), "");
    const alert = reason === "not_tls" ? "" : "\x15\x03\x03\x00\x02\x02\x31";
    assert.equal(text, ESTABLISHED + alert);
    assert.equal((await denialAfter(already)).reason, reason);
  });
}

test("a client that says nothing, or stops in the middle, is cut after timeouts.headers", async (context) => {
  const own = await startProxy(context, {
    allow: [{ host: "api.good.test", tunnel: "tls", ports: [upstream.port], resolvesTo: ["127.0.0.1/32"] }],
    dns: { servers: [dns.address] },
    // As long as nobody takes to send a CONNECT, however busy the machine is.
    timeouts: { headers: "3s" },
  });
  const [silent, halting] = [await open("api.good.test", own.port), await open("api.good.test", own.port)];
  halting.send(hello.subarray(0, 30));
  await Promise.all([silent.end(), halting.end()]);
  assert.equal(upstream.received(), "");
});

test("a tunnel without inspection carries the server's first words at once", async () => {
  const greeting = await startUpstream(t, () => {}, { port: 0 });
  await proxy.reload({
    allow: [`localhost:${greeting.port}`, { host: "localhost", ports: [upstream.port], methods: ["GET"] }],
  });
  const client = new RawClient(proxy.port).send(`CONNECT localhost:${greeting.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  (await accepted(greeting)).write("220 ready\r\n");
  await client.until("220 ready\r\n");

  client.socket.end("QUIT\r\n");
  await eventually(() => assert.equal(greeting.received(), "QUIT\r\n"));
});

test("half-close goes through, and the other direction goes on", async () => {
  const peer = await startUpstream(t, () => {});
  await proxy.reload({ allow: [`localhost:${peer.port}`] });
  const client = new RawClient(proxy.port).send(`CONNECT localhost:${peer.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await client.until(ESTABLISHED);
  const server = await accepted(peer);
  server.removeAllListeners("end");
  client.socket.end("question");
  await eventually(() => assert.ok(server.readableEnded));
  server.end("late answer");
  assert.equal(await client.end(), `${ESTABLISHED}late answer`);
});

test("a reset on one side resets the other", async () => {
  const peer = await startUpstream(t, () => {});
  await proxy.reload({ allow: [`localhost:${peer.port}`] });
  const client = new RawClient(proxy.port).send(`CONNECT localhost:${peer.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await client.until(ESTABLISHED);
  let code: string | undefined;
  client.socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  (await accepted(peer)).resetAndDestroy();
  await client.closed;
  assert.equal(code, "ECONNRESET");
});

test("a silent tunnel ends after timeouts.idle; a rule about methods grants none; a dead port is 502", async () => {
  const peer = await startUpstream(t, () => {});
  await proxy.reload({
    allow: [`localhost:${peer.port}`, "localhost:1", { host: "127.0.0.1", ports: [peer.port], methods: ["GET"] }],
    timeouts: { idle: "200ms" },
  });
  const client = new RawClient(proxy.port).send(`CONNECT localhost:${peer.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.equal(await client.end(), ESTABLISHED);
  const limited = new RawClient(proxy.port).send(`CONNECT 127.0.0.1:${peer.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await limited.until("403 Egress denied: tunnel_not_allowed");
  const dead = new RawClient(proxy.port).send("CONNECT localhost:1 HTTP/1.1\r\nHost: x\r\n\r\n");
  await dead.until(/^HTTP\/1\.1 502 .*error=connection_refused/s);
  limited.socket.destroy();
  dead.socket.destroy();
});
