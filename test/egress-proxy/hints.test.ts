// The entry that a denial's hint tells to add: it is valid, and lets pass what was refused.
import assert from "node:assert/strict";
import { before, test } from "node:test";
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
  upstream = await startUpstream(t);
  dns = await startDns(t, {
    "a.test": { addresses: ["127.0.0.1"] },
    "mapped.test": { addresses: ["::ffff:7f00:1"] },
  });
  proxy = await startProxy(t, { dns: { servers: [dns.address] } });
});

/** A configuration file with these entries of `allow`, as they are written in YAML. */
function fileWith(entries: readonly string[], liftsLoopback: boolean): string {
  const common = {
    listen: `127.0.0.1:${proxy.port}`,
    admin: { port: proxy.adminPort },
    dns: { servers: [dns.address] },
    guard: { allow: liftsLoopback ? ["127.0.0.0/8"] : [] },
  };
  return `egress: { allow: [${entries.join(", ")}], ${JSON.stringify(common).slice(1, -1)} }`;
}

const send = (line: string) => exchange(proxy.port, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

interface Row {
  name: string;
  /** `PORT` stands for the upstream's. */
  rule?: string;
  line: string;
  reason: string;
  entry: string;
  /** Of the request once the entry has been added; 200 if absent. */
  status?: number;
  liftsLoopback?: boolean;
}

const GET_A = "{ host: a.test, ports: [PORT], methods: [GET] }";
const REPOS = '{ host: a.test, ports: [PORT], methods: [GET], paths: ["/repos/**"] }';
const rows: Row[] = [
  { name: "a host", line: "GET http://a.test:PORT/", reason: "host_not_allowed", entry: '"a.test:PORT"' },
  {
    name: "a port",
    rule: '"a.test:1"',
    line: "GET http://a.test:PORT/",
    reason: "port_not_allowed",
    entry: '"a.test:PORT"',
  },
  {
    name: "a method",
    rule: GET_A,
    line: "DELETE http://a.test:PORT/",
    reason: "method_not_allowed",
    entry: '{ host: "a.test", ports: [PORT], methods: [GET, DELETE] }',
  },
  {
    name: "a method of a rule with paths, for this path only",
    rule: REPOS,
    line: "DELETE http://a.test:PORT/repos/1",
    reason: "method_not_allowed",
    entry: '{ host: "a.test", ports: [PORT], methods: [GET, DELETE], paths: ["/repos/1"] }',
  },
  {
    name: "a path of a rule with methods, for these methods only",
    rule: REPOS,
    line: "GET http://a.test:PORT/users?page=2",
    reason: "path_not_allowed",
    entry: '{ host: "a.test", ports: [PORT], methods: [GET], paths: ["/users"] }',
  },
  {
    name: "a path with an asterisk",
    rule: '{ host: a.test, ports: [PORT], paths: ["/x"] }',
    line: "GET http://a.test:PORT/b/c*d/**",
    reason: "path_not_allowed",
    entry: '{ host: "a.test", ports: [PORT], paths: ["/b/*/*"] }',
  },
  {
    name: "OPTIONS for a whole server",
    rule: REPOS,
    line: "OPTIONS http://a.test:PORT",
    reason: "method_not_allowed",
    entry: '{ host: "a.test", ports: [PORT], methods: [OPTIONS] }',
  },
  {
    name: "an address of this machine",
    rule: '"a.test:PORT"',
    line: "GET http://a.test:PORT/",
    reason: "address_prohibited",
    entry: '{ host: "a.test", ports: [PORT], resolvesTo: ["127.0.0.1"] }',
    liftsLoopback: false,
  },
  {
    name: "an IPv4 address in the form of IPv6",
    rule: '"mapped.test:PORT"',
    line: "GET http://mapped.test:PORT/",
    reason: "address_prohibited",
    entry: '{ host: "mapped.test", ports: [PORT], resolvesTo: ["127.0.0.1"] }',
    liftsLoopback: false,
  },
  {
    name: "the name of a metadata service, which does not exist here",
    rule: '"metadata.google.internal:PORT"',
    line: "GET http://metadata.google.internal:PORT/",
    reason: "address_prohibited",
    entry: '{ host: "metadata.google.internal", ports: [PORT], resolvesTo: ["169.254.169.254"] }',
    status: 502,
    liftsLoopback: false,
  },
];
for (const { name, rule, line, reason, entry, status = 200, liftsLoopback = true } of rows) {
  test(`the hint about ${name} helps`, async () => {
    const filled = (text: string) => text.replaceAll("PORT", String(upstream.port));
    const rules = rule === undefined ? [] : [filled(rule)];
    await proxy.reload(fileWith(rules, liftsLoopback));
    const text = await send(filled(line));
    assert.equal(reasonOf(text), reason);
    const { hint } = JSON.parse(text.split("\r\n\r\n")[1] ?? "") as { hint: string };
    assert.equal(hint.split("\n    - ")[1], filled(entry));
    await proxy.reload(fileWith([...rules, filled(entry)], liftsLoopback));
    assert.equal(statusOf(await send(filled(line))), status);
  });
}

test("a path that no entry would allow has a hint without one", async () => {
  await proxy.reload(fileWith([REPOS.replace("PORT", String(upstream.port))], true));
  for (const line of ["GET http://a.test:PORT/repos/../x", "DELETE http://a.test:PORT/repos/%2e%2e/x"]) {
    const text = await send(line.replace("PORT", String(upstream.port)));
    assert.match(text, /^HTTP\/1\.1 403 .*dot segments/s);
    assert.doesNotMatch(text, /allow:/);
  }
});
