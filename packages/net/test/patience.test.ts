// Names whose servers are silent, and names without number. DNS is asked by node:dns, whose answers are the test's here.
import assert from "node:assert/strict";
import { Resolver as Channel } from "node:dns";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { startDns } from "../../../test/egress-proxy/support/dns.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { type ResolveError, Resolver } from "../src/resolve.ts";

/** A resolver whose files are not those of this machine. */
function start(t: TestContext, { servers = ["127.0.0.1:9"], conf = "" } = {}): Resolver {
  const directory = temporaryDirectory(t);
  const [hostsPath, resolvConfPath] = [path.join(directory, "hosts"), path.join(directory, "resolv.conf")];
  writeFileSync(resolvConfPath, conf);
  const resolver = new Resolver({ servers, hostsPath, resolvConfPath });
  atEnd(t, () => resolver.close());
  return resolver;
}

type Answer = (error: null, records: { address: string; ttl: number }[]) => void;

/** Answers all names from now on. @returns how often each was asked for. */
function answering(t: TestContext, ttlOf: (name: string) => number): Map<string, number> {
  const asked = new Map<string, number>();
  t.mock.method(Channel.prototype, "resolve4", (name: string, _: unknown, done: Answer) => {
    asked.set(name, (asked.get(name) ?? 0) + 1);
    done(null, [{ address: "192.0.2.1", ttl: ttlOf(name) }]);
  });
  t.mock.method(Channel.prototype, "resolve6", (_name: string, _: unknown, done: Answer) => done(null, []));
  return asked;
}

test("a look-up that nobody answers ends within ten seconds, however many servers there are to ask", async (t) => {
  const resolver = start(t, { servers: ["127.0.0.1:7", "127.0.0.1:9", "127.0.0.1:19"] });
  const isAsked = Promise.withResolvers<void>();
  t.mock.method(Channel.prototype, "resolve4", () => isAsked.resolve());
  t.mock.method(Channel.prototype, "resolve6", () => {});
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const failures: ResolveError[] = [];
  const over = resolver.resolve("a.test").catch((error: ResolveError) => failures.push(error));
  await isAsked.promise;
  t.mock.timers.tick(6000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(failures.length, 0, "servers that are slow have their time");
  t.mock.timers.tick(4000);
  await over;
  assert.equal(failures[0]?.code, "dns_timeout");
});

test("when the servers are silent about a name, they are not asked for it with suffixes", async (t) => {
  const dns = await startDns(t, { "a.test": { silent: true }, "a.test.below.test": { addresses: ["192.0.2.1"] } });
  const conf = "search below.test\noptions timeout:1 attempts:1\n";
  const resolver = start(t, { servers: [dns.address], conf });
  await assert.rejects(resolver.resolve("a.test"), { code: "dns_timeout" });
  assert.deepEqual([...new Set(dns.queries)], ["a.test"]);
});

test("4096 names are remembered, the oldest gives way; an answer for no time takes no place", async (t) => {
  const asked = answering(t, (name) => (name.startsWith("zero") ? 0 : 300));
  const resolver = start(t);
  for (let count = 0; count < 4096; count++) await resolver.resolve(`${count}.test`);
  for (let count = 0; count < 3; count++) await resolver.resolve(`zero${count}.test`);
  assert.notEqual(resolver.peek("0.test"), undefined);
  await resolver.resolve("4096.test");
  assert.equal(resolver.peek("0.test"), undefined);
  for (const known of ["1.test", "4095.test", "4096.test"]) assert.notEqual(resolver.peek(known), undefined, known);
  await resolver.resolve("1.test");
  await resolver.resolve("zero0.test");
  assert.deepEqual([asked.get("1.test"), asked.get("zero0.test")], [1, 2]);
});
