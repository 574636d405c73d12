import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authorityText, parseAuthority, parseHost } from "../src/authority.ts";
import { Refusal } from "../src/refusal.ts";

const read: [string, { host: string; kind: string; port: number }][] = [
  ["a", { host: "a", kind: "name", port: 80 }],
  ["A.Example.COM:8080", { host: "a.example.com", kind: "name", port: 8080 }],
  ["a.example.com.", { host: "a.example.com", kind: "name", port: 80 }],
  ["_srv.a-b.c", { host: "_srv.a-b.c", kind: "name", port: 80 }],
  ["xn--bcher-kva.example", { host: "xn--bcher-kva.example", kind: "name", port: 80 }],
  ["1.2.3.4:1", { host: "1.2.3.4", kind: "ipv4", port: 1 }],
  ["1.2.3.a", { host: "1.2.3.a", kind: "name", port: 80 }],
  ["0x7f.example", { host: "0x7f.example", kind: "name", port: 80 }],
  ["[::1]", { host: "::1", kind: "ipv6", port: 80 }],
  ["[0:0:0:0:0:0:0:1]:65535", { host: "::1", kind: "ipv6", port: 65_535 }],
  ["[FE80::A]", { host: "fe80::a", kind: "ipv6", port: 80 }],
  ["[::ffff:1.2.3.4]", { host: "::ffff:102:304", kind: "ipv6", port: 80 }],
  [`${"a".repeat(63)}.b`, { host: `${"a".repeat(63)}.b`, kind: "name", port: 80 }],
];
for (const [text, expected] of read) {
  test(`${text} has one reading`, () => assert.deepEqual(parseAuthority(text, 80), expected));
}

const refused = [
  "",
  ".",
  "..",
  "a..b",
  ".a",
  "a..",
  "a b",
  "a\tb",
  "a\n",
  "a\0",
  "a/b",
  "a\\b",
  "a,b",
  "a%2eb",
  "a@b",
  "@a",
  "*",
  "*.a",
  "a:",
  "a:0",
  "a:00080",
  "a:+80",
  "a:-1",
  "a: 80",
  "a:80 ",
  "a:65536",
  "a:99999",
  "a:100080",
  "a:8e1",
  "a:0x50",
  "a:80:80",
  ":80",
  "[::1",
  "::1",
  "[::1]80",
  "[::1]:",
  "[]",
  "[a]",
  "[1.2.3.4]",
  "[fe80::1%lo]",
  "[fe80::1%25lo]",
  "[::1::2]",
  "[1:2:3:4:5:6:7:8:9]",
  "[12345::]",
  "[v1.a]",
  "1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "017700000001",
  "0177.0.0.1",
  "1.2.3.256",
  "1.2.3.04",
  "1.2.3.4.5",
  "1.2.3.4.",
  "a.1",
  "a.0x1",
  "a.0x",
  "\u212a.test",
  "b\u00fccher.example",
  "a\u3002b",
  "\uff41.test",
  "\u2460.test",
  "a\u00adb",
  `${"a".repeat(64)}.b`,
  `${"a.".repeat(127)}a`,
];
for (const text of refused) {
  test(`${JSON.stringify(text).slice(0, 40)} is refused`, () => {
    assert.throws(() => parseAuthority(text, 80), Refusal);
  });
}

test("253 bytes are the most a name may have", () => {
  const name = `${"a".repeat(61)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}`;
  assert.equal(name.length, 253);
  assert.equal(parseHost(name).host, name);
  assert.throws(() => parseHost(`a${name}`), Refusal);
});

test("what was read lately does not bring its default port along", () => {
  assert.equal(parseAuthority("often.test", 80).port, 80);
  assert.equal(parseAuthority("often.test", 443).port, 443);
  assert.equal(parseAuthority("often.test", 80).port, 80);
  assert.throws(() => parseAuthority("often.test"), { reason: "port_missing" });
});

test("thousands of destinations are read as each is", () => {
  for (let index = 0; index < 3000; index++) {
    assert.deepEqual(parseAuthority(`Host-${index}.test.:8080`), {
      host: `host-${index}.test`,
      kind: "name",
      port: 8080,
    });
  }
});

test("without a default port one must be given", () => {
  assert.throws(() => parseAuthority("a"), /a port is needed/);
});

test("whatever is read is canonical: reading its text again gives the same", () => {
  const near = fc.string({ unit: fc.constantFrom(..."aZ09-_.:[]%@*x \u0000\u3002") });
  fc.assert(
    fc.property(
      fc.oneof(
        near,
        fc.string(),
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((text) => `[${text}]`),
      ),
      (text) => {
        let authority: ReturnType<typeof parseAuthority>;
        try {
          authority = parseAuthority(text, 80);
        } catch (error) {
          assert.ok(error instanceof Refusal);
          return;
        }
        assert.deepEqual(parseAuthority(authorityText(authority, 80), 80), authority);
        assert.equal(authority.host, authority.host.toLowerCase());
        assert.match(authority.host, /^[a-z0-9._:-]+$/);
      },
    ),
    { numRuns: 20_000 },
  );
});
