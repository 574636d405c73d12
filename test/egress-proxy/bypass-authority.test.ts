// Each row: what a client sends, and the one thing that must follow. Policy: api.good.test, *.wild.test; the upstream
// records every byte and the DNS server every query, so a denial is proved by what did not happen.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type DnsServer, startDns } from "./support/dns.ts";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, reasonOf, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let dns: DnsServer;
let upstream: Upstream;
let proxy: RunningProxy;

before(async () => {
  const here = { addresses: ["127.0.0.1"] };
  dns = await startDns(t, { "api.good.test": here, "a.b.wild.test": here, "wild.test": here, "evil.test": here });
  upstream = await startUpstream(t);
  const resolvesTo = ["127.0.0.1/32"];
  proxy = await startProxy(t, {
    allow: [
      { host: "api.good.test", ports: [upstream.port, 80], resolvesTo },
      { host: "*.wild.test", ports: [upstream.port], resolvesTo },
    ],
    dns: { servers: [dns.address] },
  });
});

const plain = (target: string, fields = "Host: x\r\n") =>
  `GET ${target} HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`;

/** Sends one request; returns the status, with proof that nothing left the proxy unless it is 200. */
async function ask(bytes: string): Promise<{ status: number; reason: string | undefined; text: string }> {
  upstream.reset();
  dns.queries.length = 0;
  const text = await exchange(proxy.port, bytes.replaceAll("PORT", String(upstream.port)));
  const status = statusOf(text);
  if (status !== 200) {
    assert.equal(upstream.connections.length, 0, `the upstream was reached: ${upstream.received()}`);
    assert.deepEqual(dns.queries, [], "a DNS query was sent");
    assert.match(text, /\r\nProxy-Status: outrigger; error=/);
    assert.equal(upstream.received(), "");
  }
  return { status, reason: reasonOf(text), text };
}

test("an allowed host is reached", async () => {
  assert.equal((await ask(plain("http://api.good.test:PORT/x"))).status, 200);
  assert.match(upstream.received(), /^GET \/x HTTP\/1\.1\r\nHost: api\.good\.test:\d+\r\n/);
});

test("the Host field has no say: the URI decides and replaces it", async () => {
  const { status } = await ask(plain("http://evil.test:PORT/", "Host: api.good.test\r\n"));
  assert.equal(status, 403);
  assert.equal((await ask(plain("http://api.good.test:PORT/", "Host: evil.test\r\n"))).status, 200);
  assert.doesNotMatch(upstream.received(), /evil/);
});

const judgedEqual = [
  "http://API.Good.TEST:PORT/",
  "http://api.good.test.:PORT/",
  "HTTP://api.good.test:PORT/",
  "http://a.b.wild.test:PORT/",
];
for (const target of judgedEqual) {
  test(`another spelling of an allowed destination is the same: ${target}`, async () => {
    assert.equal((await ask(plain(target))).status, 200);
  });
}

const denied: [string, string][] = [
  ["http://evil.test:PORT/", "host_not_allowed"],
  ["http://wild.test:PORT/", "host_not_allowed"],
  ["http://evilwild.test:PORT/", "host_not_allowed"],
  ["http://wild.test.evil.test:PORT/", "host_not_allowed"],
  ["http://api.good.test.evil.test:PORT/", "host_not_allowed"],
  ["http://xapi.good.test:PORT/", "host_not_allowed"],
  ["http://api.good.test:81/", "port_not_allowed"],
  ["http://127.0.0.1:PORT/", "host_not_allowed"],
  ["http://[::1]:PORT/", "host_not_allowed"],
  ["http://[::ffff:127.0.0.1]:PORT/", "host_not_allowed"],
  ["http://localhost:PORT/", "host_not_allowed"],
  ["http://foo.localhost:PORT/", "host_not_allowed"],
];
for (const [target, reason] of denied) {
  test(`denied without a query: ${target}`, async () => {
    const answer = await ask(plain(target));
    assert.equal(answer.status, 403);
    assert.equal(answer.reason, reason);
    assert.match(answer.text, new RegExp(`^HTTP/1\\.1 403 Egress denied: ${reason} `));
  });
}

const unjudgeable = [
  "http://api.good.test@evil.test:PORT/",
  "http://api.good.test:PORT@evil.test/",
  "http://user:password@api.good.test:PORT/",
  "http://api.good.test..:PORT/",
  "http://api..good.test:PORT/",
  "http://.api.good.test:PORT/",
  "http://api.good.test:0/",
  "http://api.good.test:65536/",
  "http://api.good.test:65616/",
  "http://api.good.test:4294967376/",
  "http://api.good.test:+80/",
  "http://api.good.test:080/",
  "http://api.good.test:/",
  "http://api.good.test:80:80/",
  "http://api%2egood.test:PORT/",
  "http://api.good.test%00.evil.test:PORT/",
  "http://api\u00b7good.test:PORT/",
  "http://\uff41pi.good.test:PORT/",
  "http://api\u3002good.test:PORT/",
  "http://api.good\uff0etest:PORT/",
  "http://api.good.test\uff1aPORT/",
  "http://\u2460\u2461\u2466.0.0.1:PORT/",
  "http://*.wild.test:PORT/",
  "http://a,b.wild.test:PORT/",
  "http://api.good.test:PORT\\evil.test/",
  "http://api.good.test:PORT\\.evil.test:PORT/",
  "http://api.good.test\\evil.test:PORT/",
  "http://api.good.test:PORT/\u00e9",
  "http://api.good.test:PORT/#fragment",
  "http://2130706433:PORT/",
  "http://0x7f000001:PORT/",
  "http://0x7f.1:PORT/",
  "http://0177.0.0.1:PORT/",
  "http://127.1:PORT/",
  "http://0:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://[fe80::1%25lo]:PORT/",
  "http://[127.0.0.1]:PORT/",
  "http://[::1:PORT/",
  "https://api.good.test:PORT/",
  "ftp://api.good.test:PORT/",
  "http:/api.good.test:PORT/",
  "http:api.good.test:PORT/",
  "//api.good.test:PORT/",
  "/",
  "*",
];
for (const target of unjudgeable) {
  test(`refused as unreadable: ${JSON.stringify(target)}`, async () => {
    const line = Buffer.from(plain(target)).toString("latin1");
    assert.equal((await ask(line)).status, 400);
  });
}

test("origin form is not routed by an allowed Host", async () => {
  assert.equal((await ask(plain("/", "Host: api.good.test\r\n"))).status, 400);
});

test("https in absolute form names the way out", async () => {
  const { text, reason } = await ask(plain("https://api.good.test/"));
  assert.equal(reason, "use_connect");
  assert.match(text, /CONNECT/);
});

const badConnects = [
  "api.good.test",
  "http://api.good.test:PORT",
  "api.good.test:PORT/",
  "api.good.test:PORT/x",
  "api.good.test:PORT?",
  "api.good.test:0",
  "api.good.test:65979",
  "user@api.good.test:PORT",
  "[fe80::1%25lo]:PORT",
  "/",
];
for (const target of badConnects) {
  test(`CONNECT refused as unreadable: ${target}`, async () => {
    assert.equal((await ask(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)).status, 400);
  });
}

test("connect in lower case is another method, whose target is unreadable", async () => {
  assert.equal((await ask("connect api.good.test:PORT HTTP/1.1\r\nHost: x\r\n\r\n")).status, 400);
});

test("CONNECT with a body is refused", async () => {
  const head = "CONNECT api.good.test:PORT HTTP/1.1\r\nHost: x\r\n";
  assert.equal((await ask(`${head}Content-Length: 3\r\n\r\nabc`)).status, 400);
  assert.equal((await ask(`${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).status, 400);
});

test("TRACE and TRACK are refused as methods", async () => {
  for (const method of ["TRACE", "TRACK", "trace", "Track"]) {
    assert.equal((await ask(plain("http://api.good.test:PORT/").replace("GET", method))).status, 405, method);
  }
});

test("a URL of more than 16 KiB is 414, a head of more than 32 KiB is 431", async () => {
  assert.equal((await ask(plain(`http://api.good.test:PORT/${"a".repeat(16_400)}`))).status, 414);
  assert.equal((await ask(`CONNECT ${"a".repeat(16_400)}:443 HTTP/1.1\r\nHost: x\r\n\r\n`)).status, 414);
  assert.equal((await ask(plain("http://api.good.test:PORT/", `Host: x\r\nA: ${"a".repeat(33_000)}\r\n`))).status, 431);
  // With Host and Connection: 400 fields, and one more.
  for (const [count, status] of [
    [398, 200],
    [399, 431],
  ] as const) {
    const many = Array.from({ length: count }, (_, index) => `A${index}: b\r\n`).join("");
    assert.equal((await ask(plain("http://api.good.test:PORT/", `Host: x\r\n${many}`))).status, status);
  }
});

test("what cannot be read is denied in the audit record, which says what is wrong", async (context) => {
  // A proxy of its own: records of the tests before may come at any time.
  const own = await startProxy(context, {});
  await exchange(own.port, plain("http://user@audited.test/"));
  await exchange(own.port, "CONNECT user@audited.test:443 HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() =>
    assert.deepEqual(
      own.audit().map(({ verdict, reason, status }) => [verdict, reason, status]),
      new Array(2).fill(["denied", "userinfo", 400]),
    ),
  );
});

test("control characters and quotes of a client cannot forge an audit field", async (context) => {
  const own = await startProxy(context, {});
  await exchange(own.port, plain('http://evil".test/'));
  await exchange(own.port, "GET http://evil.test/\u001b[31m HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => assert.equal(own.audit().length, 2));
  assert.doesNotMatch(own.tool.stderr, /\u001b/);
  assert.ok(own.tool.logs.length > 0);
});

test("a thousand denied names add no series", async () => {
  const before = (await proxy.metrics()).split("\n").length;
  for (let index = 0; index < 1000; index++) await ask(plain(`http://n${index}.evil.test/`));
  const lines = (await proxy.metrics()).split("\n");
  assert.equal(lines.length, before);
  assert.ok(lines.every((line) => !line.includes("evil.test")));
});
