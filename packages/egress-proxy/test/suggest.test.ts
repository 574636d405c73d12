import assert from "node:assert/strict";
import { test } from "node:test";
import { fromAuditLines, suggestion } from "../src/suggest.ts";

const line = (record: object) => JSON.stringify({ msg: "egress", verdict: "allowed", wouldDeny: true, ...record });
const suggested = (...records: object[]) => suggestion(fromAuditLines(records.map(line).join("\n")));

test("a tunnel whose ClientHello named the host needs no more than its name", () => {
  for (const sni of ["a.test", "A.Test", "a.test."]) {
    assert.equal(
      suggested({ host: "a.test", port: 443, method: "CONNECT", sni }),
      'egress:\n  allow:\n    - "a.test:443"\n',
    );
  }
});

test("a tunnel that carried another name, or none, is suggested as it was", () => {
  for (const sni of ["other.test", undefined, "a.test.."]) {
    assert.equal(
      suggested({ host: "a.test", port: 443, method: "CONNECT", sni }),
      'egress:\n  allow:\n    - { host: "a.test", ports: [443], tunnel: any }\n',
    );
  }
});

test("a host or port that no rule can name is passed over", () => {
  const records = [
    { host: "a.test", port: 0 },
    { host: "a.test", port: 65_536 },
    { host: "a.test", port: 1.5 },
    { host: "a/b", port: 80 },
    { host: "::1%lo", port: 80 },
  ];
  assert.match(suggested(...records), /^# nothing was let through/);
  assert.equal(
    suggested(...records, { host: "2001:db8::1", port: 8443 }),
    'egress:\n  allow:\n    - "[2001:db8::1]:8443"\n',
  );
});

const entries = (...records: object[]) =>
  suggested(...records)
    .split("\n")
    .slice(2, -1)
    .map((entry) => entry.trim());
const at = (host: string, ...ports: number[]) => ports.map((port) => ({ host, port, method: "GET" }));

const ports: [number[], string][] = [
  [[443, 80], '- "a.test"'],
  [[80], '- "a.test:80"'],
  [[443], '- "a.test:443"'],
  [[8080, 80, 443], '- { host: "a.test", ports: [80, 443, 8080] }'],
  [[10_000, 9000], '- { host: "a.test", ports: [9000, 10000] }'],
];
for (const [seen, entry] of ports) {
  test(`ports ${seen.join(", ")} of one host are one entry`, () => {
    assert.deepEqual(entries(...at("a.test", ...seen)), [entry]);
  });
}

test("a tunnel without TLS needs no more than its port, except on 443", () => {
  const tunnels = [22, 443].map((port) => ({ host: "a.test", port, method: "CONNECT" }));
  assert.deepEqual(entries(...at("a.test", 80), ...tunnels), [
    '- { host: "a.test", ports: [22, 80] }',
    '- { host: "a.test", ports: [443], tunnel: any }',
  ]);
});

test("one tunnel without TLS among others with it is kept in mind; a request is no tunnel", () => {
  const tls = { host: "a.test", port: 443, method: "CONNECT", sni: "a.test" };
  const open = { host: "a.test", port: 443, method: "CONNECT" };
  const tunnel = '- { host: "a.test", ports: [443], tunnel: any }';
  assert.deepEqual(entries(open, tls), [tunnel]);
  assert.deepEqual(entries(tls, open), [tunnel]);
  assert.deepEqual(entries(tls, tls), ['- "a.test:443"']);
  assert.deepEqual(entries(...at("a.test", 443)), ['- "a.test:443"']);
});

test("hosts come in order; three siblings are a wildcard to think about, two are not, nor below a top-level domain", () => {
  const hosts = ["c.x.test", "a.x.test", "b.x.test", "a.y.test", "b.y.test", "a.test", "b.test", "c.test"];
  assert.deepEqual(entries(...hosts.flatMap((host) => at(host, 80))), [
    ...hosts.toSorted().map((host) => `- "${host}:80"`),
    '# - "*.x.test"  # instead of a.x.test, b.x.test, c.x.test',
  ]);
});

test("addresses and names without a dot have no siblings", () => {
  const hosts = ["10.1.2.3", "11.1.2.3", "12.1.2.3", "a", "b", "c"];
  assert.deepEqual(
    entries(...hosts.flatMap((host) => at(host, 80))),
    hosts.map((host) => `- "${host}:80"`),
  );
});

test("audit lines are found among others, and behind what a collector has put in front of them", () => {
  const [seen] = at("a.test", 80);
  const text = [
    "no JSON",
    '{"msg":"egress", broken',
    JSON.stringify({ ...seen, msg: "other", about: "egress", verdict: "allowed", wouldDeny: true, host: "b.test" }),
    `2026-01-01T00:00:00Z stderr F ${line(seen ?? {})}`,
  ].join("\n");
  assert.equal(suggestion(fromAuditLines(text)), 'egress:\n  allow:\n    - "a.test:80"\n');
});
