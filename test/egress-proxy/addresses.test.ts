// Where names may lead. The DNS server answers with addresses that must never be dialled; no packet leaves loopback.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { type DnsServer, startDns } from "./support/dns.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, RawClient, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let dns: DnsServer;
let upstream: Upstream;
let proxy: RunningProxy;

before(async () => {
  dns = await startDns(t, {});
  upstream = await startUpstream(t);
  const port = upstream.port;
  proxy = await startProxy(t, {
    allow: [
      `*.good.test:${port}`,
      `literal.local:${port}`,
      `localhost:${port}`,
      `foo.localhost:${port}`,
      `127.0.0.2:${port}`,
      `metadata.google.internal:${port}`,
      { host: "into.home.test", ports: [port], resolvesTo: ["127.0.0.0/8"] },
    ],
    guard: { deny: ["127.0.0.9/32"] },
    dns: { servers: [dns.address] },
  });
});

async function ask(
  host: string,
  { port = upstream.port } = {},
): Promise<{ status: number; reason: string | undefined; text: string }> {
  const text = await exchange(
    proxy.port,
    `GET http://${host}:${port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  return { status: statusOf(text), reason: reasonOf(text), text };
}

const prohibited = [
  "0.0.0.0",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "169.254.0.1",
  "192.0.0.192",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "100.100.100.200",
  "168.63.129.16",
  "::",
  "::1",
  "::7f00:1",
  "::ffff:7f00:1",
  "::ffff:a9fe:a9fe",
  "::ffff:0:7f00:1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b::808:808",
  "64:ff9b:1::a9fe:a9fe",
  "2001::1",
  "2002:7f00:1::",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "fd00:ec2::254",
  "2600::5efe:7f00:1",
];
for (const [index, address] of prohibited.entries()) {
  test(`an allowed name that resolves to ${address} is refused, and the answer names the address`, async () => {
    upstream.reset();
    dns.zones[`p${index}.good.test`] = { addresses: [address] };
    const { status, reason, text } = await ask(`p${index}.good.test`);
    assert.equal(status, 403, text);
    assert.equal(reason, "address_prohibited");
    assert.match(text, /error=destination_ip_prohibited/);
    assert.equal((await ask(`p${index}.good.test`)).reason, "address_prohibited", "from the cache as well");
    assert.equal(upstream.connections.length, 0);
  });
}

for (const [index, address] of [
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "198.18.0.1",
  "192.0.2.1",
  "198.51.100.1",
  "203.0.113.1",
  "192.88.99.1",
  "fc00::1",
  "2001:db8::1",
  "100::1",
  "::ffff:a00:1",
].entries()) {
  test(`a name of public form that resolves to ${address} is refused`, async () => {
    dns.zones[`q${index}.good.test`] = { addresses: [address] };
    const { status, reason } = await ask(`q${index}.good.test`);
    assert.equal(status, 403);
    assert.equal(reason, "address_private");
  });
}

for (const address of ["127.0.0.1", "169.254.169.254", "::1", "::ffff:7f00:1", "10.0.0.1"]) {
  test(`a tunnel to a name that resolves to ${address} is refused like a request, again from the cache`, async () => {
    upstream.reset();
    const host = `t${address.replace(/\W/g, "-")}.good.test`;
    dns.zones[host] = { addresses: [address] };
    for (let time = 0; time < 2; time++) {
      const client = new RawClient(proxy.port).send(
        `CONNECT ${host}:${upstream.port} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(await client.end(), /^HTTP\/1\.1 403 Egress denied: address_(prohibited|private) /);
    }
    assert.equal(upstream.connections.length, 0);
  });
}

test("the audit record of a refused address says which it is, and why", async () => {
  dns.zones["audited.good.test"] = { addresses: ["169.254.169.254"] };
  await ask("audited.good.test");
  const [record] = await eventually(() => {
    const records = proxy.audit("audited.good.test");
    assert.equal(records.length, 1);
    return records;
  });
  assert.equal(record?.verdict, "denied");
  assert.equal(record.reason, "address_prohibited");
  assert.equal(record.address, "169.254.169.254");
  assert.equal(record.wouldDeny, undefined);
});

test("localhost needs no DNS; *.localhost is an ordinary name and never loopback", async () => {
  dns.queries.length = 0;
  assert.equal((await ask("localhost")).status, 200);
  assert.deepEqual(dns.queries, []);
  dns.zones["foo.localhost"] = { addresses: ["127.0.0.1"] };
  assert.equal((await ask("foo.localhost")).reason, "address_prohibited");
  assert.deepEqual(dns.queries, ["foo.localhost", "foo.localhost"]);
});

test("a literal in a rule is that literal only", async (context) => {
  await startUpstream(context, undefined, { host: "127.0.0.2", port: upstream.port });
  assert.equal((await ask("127.0.0.2")).status, 200);
  assert.equal((await ask("[::ffff:127.0.0.2]")).reason, "host_not_allowed");
  assert.equal((await ask("127.0.0.3")).reason, "host_not_allowed");
});

test("a metadata name is refused without a query, for the address it stands for", async () => {
  dns.queries.length = 0;
  assert.equal((await ask("metadata.google.internal")).reason, "address_prohibited");
  await eventually(() => assert.equal(proxy.audit("metadata.google.internal")[0]?.address, "169.254.169.254"));
  assert.deepEqual(dns.queries, []);
});

test("resolvesTo exempts from the list and restricts to itself; guard.deny wins", async () => {
  dns.zones["into.home.test"] = { addresses: ["127.0.0.1"], ttl: 0 };
  assert.equal((await ask("into.home.test")).status, 200);
  dns.zones["into.home.test"] = { addresses: ["8.8.8.8"], ttl: 0 };
  assert.equal((await ask("into.home.test")).reason, "address_not_in_resolvesTo");
  dns.zones["into.home.test"] = { addresses: ["127.0.0.9"], ttl: 0 };
  assert.equal((await ask("into.home.test")).reason, "address_denied");
});

test("of a mixed answer only the permitted address is dialled, and a dead one is 502, never a fall-back", async (context) => {
  dns.zones["into.home.test"] = { addresses: ["8.8.8.8", "127.0.0.1", "169.254.169.254"], ttl: 0 };
  assert.equal((await ask("into.home.test")).status, 200);
  await startUpstream(context, undefined, { host: "127.0.0.9", port: upstream.port });
  dns.zones["into.home.test"] = { addresses: ["127.0.0.9", "127.0.0.77"], ttl: 0 };
  const { status, text } = await ask("into.home.test");
  assert.equal(status, 502, text);
  assert.match(text, /error=connection_refused/);
});

test("the judged address is the one dialled: an answer that changes between check and dial has no effect", async () => {
  let count = 0;
  dns.zones["into.home.test"] = () => ({ addresses: [count++ < 2 ? "127.0.0.1" : "127.0.0.9"], ttl: 0 });
  dns.queries.length = 0;
  assert.equal((await ask("into.home.test")).status, 200);
  assert.equal(dns.queries.length, 2, "one A and one AAAA query");
  assert.equal((await ask("into.home.test")).reason, "address_denied");
});

test("a TTL is honoured, zero included; concurrent requests share a query", async () => {
  dns.zones["into.home.test"] = { addresses: ["127.0.0.1"], ttl: 60 };
  dns.queries.length = 0;
  await Promise.all([ask("into.home.test"), ask("into.home.test")]);
  await ask("into.home.test");
  assert.equal(dns.queries.length, 2);
});

for (const method of ["GET", "CONNECT", "TCP"]) {
  test(`nothing is dialled for a client that has gone before its ${method} was resolved`, async (context) => {
    upstream.reset();
    const gone = Promise.withResolvers<void>();
    dns.zones["slow.test"] = { addresses: ["127.0.0.1"], when: gone.promise };
    const tcpPort = await freePort("127.0.0.1");
    const resolvesTo = ["127.0.0.0/8"];
    const own = await startProxy(context, {
      allow: [{ host: "slow.test", ports: [upstream.port], resolvesTo }],
      routes: { [`tcp://127.0.0.1:${tcpPort}`]: { upstreams: [`slow.test:${upstream.port}`], resolvesTo } },
      dns: { servers: [dns.address] },
      audit: "all",
    });
    dns.queries.length = 0;
    const target = method === "CONNECT" ? `slow.test:${upstream.port}` : `http://slow.test:${upstream.port}/`;
    const client = new RawClient(method === "TCP" ? tcpPort : own.port);
    client.send(`${method} ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    // A and AAAA, and more of them when the resolver has waited.
    await eventually(() => assert.ok(dns.queries.length >= 2));
    client.socket.resetAndDestroy();
    await eventually(async () => assert.match(await own.metrics(), /egress_connections\{side="client"\} 0\n/));
    gone.resolve();
    const [record] = await eventually(() => {
      assert.equal(own.audit().length, 1);
      return own.audit();
    });
    assert.equal(record?.status, 499);
    const url = `http://slow.test:${upstream.port}/`;
    const text = await exchange(own.port, `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.equal(statusOf(text), 200);
    assert.equal(upstream.connections.length, 1, "the one that just got its answer");
    assert.equal(upstream.received().match(/GET \//g)?.length, 1);
  });
}

test("no such name and a failing server are 502 dns_error", async () => {
  for (let time = 0; time < 2; time++) {
    assert.match((await ask("nowhere.good.test")).text, /^HTTP\/1\.1 502 .*error=dns_error/s);
  }
  dns.zones["broken.good.test"] = { rcode: 2 };
  assert.match((await ask("broken.good.test")).text, /^HTTP\/1\.1 502 .*error=dns_error/s);
  dns.zones["empty.good.test"] = {};
  assert.match((await ask("empty.good.test")).text, /^HTTP\/1\.1 502 .*error=dns_error/s);
});

test("a silent DNS server is 504 dns_timeout within ten seconds, and other requests go on meanwhile", async () => {
  dns.zones["silent.good.test"] = { silent: true };
  const started = performance.now();
  const silent = ask("silent.good.test");
  assert.equal((await ask("localhost")).status, 200);
  assert.match((await silent).text, /^HTTP\/1\.1 504 .*error=dns_timeout/s);
  // Ten, and what a busy machine adds.
  assert.ok(performance.now() - started < 15_000);
});

test("a DNS server that is gone is 504 dns_timeout as well", async (context) => {
  const gone = await startProxy(context, { allow: ["a.test"], dns: { servers: ["127.0.0.1:1"] } });
  const text = await exchange(gone.port, "GET http://a.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(text, /^HTTP\/1\.1 504 .*error=dns_timeout/s);
});

test("the proxy's own ports are no destination under any rule", async () => {
  const allow = [`localhost:${proxy.port}`, `127.0.0.1:${proxy.adminPort}`, `127.0.0.5:${proxy.adminPort}`];
  await proxy.reload({ allow, dns: { servers: [dns.address] } });
  assert.equal((await ask("localhost", { port: proxy.port })).reason, "proxy_loop");
  assert.equal((await ask("127.0.0.1", { port: proxy.adminPort })).reason, "proxy_loop");
  assert.equal((await ask("127.0.0.5", { port: proxy.adminPort })).reason, "proxy_loop");
});

test("report mode passes what rules do not name, not what the guard refuses", async () => {
  await proxy.reload({ mode: "report", dns: { servers: [dns.address] } });
  for (const host of ["169.254.169.254", "127.0.0.1", "localhost", "[::1]"]) {
    const { status, reason } = await ask(host, { port: 80 });
    assert.equal(status, 403);
    assert.equal(reason, "address_prohibited");
  }
  assert.equal((await ask("127.1")).status, 400);
});
