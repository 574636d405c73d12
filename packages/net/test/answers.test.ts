// What the two answers about a name, or the lack of one, make of it. DNS is asked by node:dns, whose answers are the test's here.
import assert from "node:assert/strict";
import dns from "node:dns";
import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { startDns } from "../../../test/egress-proxy/support/dns.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { formatAddress } from "../src/address.ts";
import { type ResolveError, Resolver, type ResolverOptions } from "../src/resolve.ts";

const Channel = dns.Resolver;

type Records = { address: string; ttl: number }[];
type Done = (error: NodeJS.ErrnoException | null, records?: Records) => void;
/** Addresses, the code of an error, or nothing at all. */
type Answer = Records | string | (() => Records) | undefined;

const TTL = 300;
const records = (...addresses: string[]): Records => addresses.map((address) => ({ address, ttl: TTL }));

/** A resolver whose A and AAAA queries get these answers, and a clock for its cache. */
function start(t: TestContext, [a, aaaa]: [Answer | Record<string, Answer>, Answer], options: ResolverOptions = {}) {
  const directory = temporaryDirectory(t);
  const conf = path.join(directory, "resolv.conf");
  writeFileSync(conf, "search x.test\n");
  const queries: string[] = [];
  const answer = (answers: Answer | Record<string, Answer>, name: string, done: Done) => {
    const isByName = typeof answers === "object" && !Array.isArray(answers);
    const found = isByName ? answers[name] : answers;
    if (typeof found === "string") done(Object.assign(new Error(found), { code: found }));
    else if (found !== undefined) done(null, typeof found === "function" ? found() : found);
  };
  t.mock.method(Channel.prototype, "resolve4", (name: string, _: unknown, done: Done) => {
    queries.push(name);
    answer(a, name, done);
  });
  t.mock.method(Channel.prototype, "resolve6", (name: string, _: unknown, done: Done) => answer(aaaa, name, done));
  const { now } = performance;
  let ahead = 0;
  t.mock.method(performance, "now", () => now.call(performance) + ahead);
  const resolver = new Resolver({ hostsPath: path.join(directory, "hosts"), resolvConfPath: conf, ...options });
  const ask = async (name = "a.test") => {
    try {
      return (await resolver.resolve(name)).map(formatAddress);
    } catch (error) {
      return (error as ResolveError).code;
    }
  };
  return { queries, conf, ask, pass: (seconds: number) => (ahead += seconds * 1000) };
}

const outcomes: [string, [Answer, Answer], string[] | string, number][] = [
  ["both families", [records("192.0.2.1"), records("2001:db8::1")], ["2001:db8::1", "192.0.2.1"], 299],
  ["one family and none of the other", [records("192.0.2.1"), "ENODATA"], ["192.0.2.1"], 299],
  ["one family and a failure of the other", [records("192.0.2.1"), "ESERVFAIL"], ["192.0.2.1"], 299],
  ["one family and silence about the other", [records("192.0.2.1"), "ETIMEOUT"], ["192.0.2.1"], 4],
  ["no such name", ["ENOTFOUND", "ENOTFOUND"], "dns_error", 4],
  ["a name without addresses", ["ENODATA", "ENODATA"], "dns_error", 4],
  ["empty answers", [[], []], "dns_error", 4],
  ["a failure", ["ESERVFAIL", "ENODATA"], "dns_error", 0],
  ["silence about one family and none of the other", ["ENODATA", "ETIMEOUT"], "dns_timeout", 0],
  ["silence", ["ETIMEOUT", "ETIMEOUT"], "dns_timeout", 0],
];
for (const [name, answers, expected, seconds] of outcomes) {
  const kept = seconds === 0 ? "not remembered" : `remembered for ${seconds + 1} s`;
  test(`${name}: ${Array.isArray(expected) ? "addresses" : expected}, ${kept}`, async (t) => {
    const { queries, ask, pass } = start(t, answers);
    const rounds = () => queries.filter((query) => query === "a.test").length;
    assert.deepEqual(await ask(), expected);
    pass(seconds);
    assert.deepEqual(await ask(), expected);
    assert.equal(rounds(), seconds === 0 ? 2 : 1);
    pass(2);
    await ask();
    assert.equal(rounds(), seconds === 0 ? 3 : 2);
  });
}

const searched: [string, Record<string, Answer>, number][] = [
  ["a.b", { "a.b": "ESERVFAIL", "a.b.x.test": "ENOTFOUND" }, 2],
  ["a.b", { "a.b": "ENOTFOUND", "a.b.x.test": "ESERVFAIL" }, 1],
  ["a", { "a.x.test": "ENOTFOUND", a: "ESERVFAIL" }, 2],
  ["a", { "a.x.test": "ESERVFAIL", a: "ENOTFOUND" }, 1],
];
for (const [name, answers, times] of searched) {
  const how = Object.entries(answers).map(([query, answer]) => `${query} ${answer}`);
  test(`when the search list brings ${how.join(", ")}, what was said of ${name} itself counts`, async (t) => {
    const { queries, ask } = start(t, [answers, "ENOTFOUND"]);
    assert.equal(await ask(name), "dns_error");
    assert.equal(await ask(name), "dns_error");
    assert.equal(queries.filter((query) => query === name).length, times);
  });
}

test("the time of a look-up is told in seconds, once for all who wait, and not for what is remembered", async (t) => {
  const times: number[] = [];
  const { ask } = start(t, [records("192.0.2.1"), []], { onLookup: (seconds) => times.push(seconds) });
  await Promise.all([ask(), ask()]);
  await ask();
  assert.equal(times.length, 1);
  await ask("b.test");
  assert.equal(times.length, 2);
  assert.ok(times.every((seconds) => seconds >= 0));
});

test("a look-up of 1200 ms is told as 1.2", async (t) => {
  const times: number[] = [];
  const slowly = () => {
    pass(1.2);
    return records("192.0.2.1");
  };
  const { ask, pass } = start(t, [slowly, []], { onLookup: (seconds) => times.push(seconds) });
  await ask();
  const [seconds = 0] = times;
  assert.ok(seconds >= 1.2 && seconds < 100, `${seconds}`);
});

/** Records how channels to DNS servers are made. */
function watchChannels(t: TestContext) {
  const made: { options: dns.ResolverOptions | undefined; servers: readonly string[] }[] = [];
  class Watched extends Channel {
    constructor(options?: dns.ResolverOptions) {
      super(options);
      made.push({ options, servers: [] });
    }

    override setServers = (servers: readonly string[]): void => {
      Object.assign(made.at(-1) ?? {}, { servers });
    };
  }
  Object.assign(dns, { Resolver: Watched });
  syncBuiltinESMExports();
  atEnd(t, () => {
    Object.assign(dns, { Resolver: Channel });
    syncBuiltinESMExports();
  });
  return made;
}

test("resolv.conf is read for every look-up; its servers are new only when something has changed", async (t) => {
  const made = watchChannels(t);
  const { conf, ask } = start(t, [records("192.0.2.1"), []]);
  const look = async (name: string, text: string) => {
    writeFileSync(conf, text);
    await ask(name);
  };
  await look("a.test", "nameserver 192.0.2.53\n");
  await look("b.test", "nameserver 192.0.2.53\noptions ndots:2\n");
  await look("c.test", "nameserver 192.0.2.54\n");
  await look("d.test", "nameserver 192.0.2.54\noptions timeout:1 attempts:1\n");
  assert.deepEqual(made, [
    { options: { timeout: 2000, tries: 2 }, servers: ["192.0.2.53"] },
    { options: { timeout: 2000, tries: 2 }, servers: ["192.0.2.54"] },
    { options: { timeout: 1000, tries: 1 }, servers: ["192.0.2.54"] },
  ]);
});

test("servers of the configuration are asked instead, with the patience of resolv.conf, within bounds", async (t) => {
  const made = watchChannels(t);
  const { conf, ask } = start(t, [records("192.0.2.1"), []], { servers: ["192.0.2.9:53"] });
  writeFileSync(conf, "nameserver 192.0.2.53\noptions timeout:30 attempts:5\n");
  await ask();
  assert.deepEqual(made, [{ options: { timeout: 2000, tries: 2 }, servers: ["192.0.2.9:53"] }]);
});

test("a resolver that is closed ends its look-ups", async (t) => {
  const server = await startDns(t, { "a.test": { silent: true } });
  const resolver = new Resolver({ servers: [server.address], resolvConfPath: "/nowhere", hostsPath: "/nowhere" });
  const failed = assert.rejects(resolver.resolve("a.test"), { code: "dns_error", message: /ECANCELLED/ });
  // A and AAAA, and more of them when the resolver has waited.
  await eventually(() => assert.ok(server.queries.length >= 2));
  resolver.close();
  await failed;
});
