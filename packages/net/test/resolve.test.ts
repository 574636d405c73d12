import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type DnsServer, startDns } from "../../../test/egress-proxy/support/dns.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { type Address, formatAddress } from "../src/address.ts";
import { candidates, parseResolvConf } from "../src/resolv-conf.ts";
import { ResolveError, Resolver } from "../src/resolve.ts";

async function start(t: TestContext, zones: DnsServer["zones"], { hosts = "", conf = "" } = {}) {
  const directory = temporaryDirectory(t);
  const [hostsPath, resolvConfPath] = [path.join(directory, "hosts"), path.join(directory, "resolv.conf")];
  writeFileSync(hostsPath, hosts);
  writeFileSync(resolvConfPath, conf);
  const dns = await startDns(t, zones);
  const isStandIn = (address: Address) => formatAddress(address) === "127.0.0.5";
  const resolver = new Resolver({ servers: [dns.address], hostsPath, resolvConfPath, isStandIn });
  atEnd(t, () => resolver.close());
  const ask = async (name: string) => (await resolver.resolve(name)).map(formatAddress);
  return { dns, ask, hostsPath };
}

test("a hosts file is asked first, and read again when it changes", async (t) => {
  const { dns, ask } = await start(t, {}, { hosts: "# c\n10.1.1.1 db DB.local # x\n::1 six\nfe80::1%lo zoned\n" });
  assert.deepEqual(await ask("db"), ["10.1.1.1"]);
  assert.deepEqual(await ask("db.local"), ["10.1.1.1"]);
  assert.deepEqual(await ask("six"), ["::1"]);
  assert.deepEqual(dns.queries, []);
});

test("entries of a hosts file that lead to a stand-in are passed over", async (t) => {
  const zones = { "api.test": { addresses: ["1.2.3.4"] } };
  const { ask } = await start(t, zones, { hosts: "127.0.0.5 api.test both\n10.1.1.1 both\n" });
  assert.deepEqual(await ask("api.test"), ["1.2.3.4"]);
  assert.deepEqual(await ask("both"), ["10.1.1.1"]);
});

test("A and AAAA are asked once each, IPv6 comes first", async (t) => {
  const { dns, ask } = await start(t, { "a.test": { addresses: ["1.2.3.4", "2606::1", "1.2.3.5"] } });
  assert.deepEqual(await ask("a.test"), ["2606::1", "1.2.3.4", "1.2.3.5"]);
  assert.deepEqual(dns.queries, ["a.test", "a.test"]);
});

test("a short name goes through the search list first; a dotted one is asked as it is, and an answer ends it", async (t) => {
  const conf = "search default.svc.cluster.local svc.cluster.local\noptions ndots:5\n";
  const zones = {
    "numbers-api.svc.cluster.local": { addresses: ["10.0.0.1"] },
    "a.test": { addresses: ["1.2.3.4"] },
    "db.prod.svc.cluster.local": { addresses: ["10.0.0.2"] },
  };
  const { dns, ask } = await start(t, zones, { conf });
  assert.deepEqual(await ask("numbers-api"), ["10.0.0.1"]);
  assert.deepEqual(
    [...new Set(dns.queries)],
    ["numbers-api.default.svc.cluster.local", "numbers-api.svc.cluster.local"],
  );
  dns.queries.length = 0;
  assert.deepEqual(await ask("a.test"), ["1.2.3.4"]);
  assert.deepEqual([...new Set(dns.queries)], ["a.test"]);
  assert.deepEqual(await ask("db.prod"), ["10.0.0.2"]);
});

test("answers are kept for their TTL, zero not at all, concurrent calls share one look-up", async (t) => {
  const { dns, ask } = await start(t, {
    "kept.test": { addresses: ["1.1.1.1"] },
    "zero.test": { addresses: ["1.1.1.1"], ttl: 0 },
  });
  await Promise.all([ask("kept.test"), ask("kept.test")]);
  await ask("kept.test");
  assert.equal(dns.queries.length, 2);
  await ask("zero.test");
  await ask("zero.test");
  assert.equal(dns.queries.length, 6);
});

test("no such name is remembered for a moment, a failing server is not", async (t) => {
  const { dns, ask } = await start(t, { "broken.test": { rcode: 2 } });
  for (let time = 0; time < 2; time++) await assert.rejects(ask("nowhere.test"), { code: "dns_error" });
  assert.equal(dns.queries.length, 2);
  dns.queries.length = 0;
  for (let time = 0; time < 2; time++) await assert.rejects(ask("broken.test"), ResolveError);
  assert.ok(dns.queries.length >= 4);
});

/** Lets the cache see a clock that the test moves. */
function clock(t: TestContext): { forward(seconds: number): void } {
  const { now } = performance;
  let ahead = 0;
  t.mock.method(performance, "now", () => now.call(performance) + ahead);
  return {
    forward: (seconds) => {
      ahead += seconds * 1000;
    },
  };
}

for (const [name, zone, seconds] of [
  ["an answer is asked for again when its TTL is over", { addresses: ["1.1.1.1"], ttl: 60 }, 61],
  ["no answer is kept for more than five minutes", { addresses: ["1.1.1.1"], ttl: 100_000 }, 301],
  ["that a name does not exist is believed for five seconds", { rcode: 3 }, 6],
] as const) {
  test(name, async (t) => {
    const time = clock(t);
    const { dns, ask } = await start(t, {
      "a.test": { ...zone, addresses: [...("addresses" in zone ? zone.addresses : [])] },
    });
    const again = () => ask("a.test").catch(() => {});
    await again();
    time.forward(seconds - 2);
    await again();
    assert.equal(dns.queries.length, 2);
    time.forward(2);
    await again();
    assert.equal(dns.queries.length, 4);
  });
}

test("the shorter TTL of A and AAAA counts", async (t) => {
  for (const ttls of [
    [10, 1000],
    [1000, 10],
  ]) {
    const time = clock(t);
    const left = [...ttls];
    const zone = () => ({ addresses: ["1.1.1.1", "2606::1"], ttl: left.shift() ?? 60 });
    const { dns, ask } = await start(t, { "a.test": zone });
    await ask("a.test");
    time.forward(11);
    await ask("a.test");
    assert.equal(dns.queries.length, 4);
    t.mock.restoreAll();
  }
});

test("half an answer is kept for a moment only", async (t) => {
  const time = clock(t);
  let count = 0;
  const zone = () => (count++ % 2 === 0 ? { addresses: ["1.1.1.1", "2606::1"], ttl: 300 } : { silent: true });
  const { ask } = await start(t, { "a.test": zone });
  await ask("a.test");
  const before = count;
  time.forward(6);
  await ask("a.test");
  assert.ok(count > before);
});

test("a name of which one family does not exist and the other failed is not believed to be missing", async (t) => {
  let count = 0;
  const { dns, ask } = await start(t, { "a.test": () => ({ rcode: count++ % 2 === 0 ? 3 : 2 }) });
  for (let time = 0; time < 2; time++) await assert.rejects(ask("a.test"), { code: "dns_error" });
  assert.ok(dns.queries.length > 3);
});

test("a hosts file that changes is believed five seconds later", async (t) => {
  const time = clock(t);
  const { ask, hostsPath } = await start(t, {}, { hosts: "10.1.1.1 db\n" });
  assert.deepEqual(await ask("db"), ["10.1.1.1"]);
  writeFileSync(hostsPath, "10.1.1.2 db\n");
  assert.deepEqual(await ask("db"), ["10.1.1.1"]);
  time.forward(6);
  assert.deepEqual(await ask("db"), ["10.1.1.2"]);
});

test("resolv.conf is read like glibc reads it", () => {
  const text =
    "; c\nnameserver 10.0.0.1\nnameserver ::1 # x\nnameserver bad\nnameserver 10.0.0.3\nnameserver 10.0.0.4\nsearch a.\nsearch B.c .d\noptions ndots:99 timeout:0 attempts:9 rotate\n";
  assert.deepEqual(parseResolvConf(text), {
    servers: ["10.0.0.1", "::1", "10.0.0.3"],
    search: ["b.c", "d"],
    ndots: 15,
    timeout: 1000,
    attempts: 5,
  });
  assert.deepEqual(parseResolvConf(""), { servers: ["127.0.0.1"], search: [], ndots: 1, timeout: 5000, attempts: 2 });
  assert.deepEqual(candidates("a", { search: ["x"], ndots: 0 }), ["a", "a.x"]);
});
