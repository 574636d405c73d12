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
