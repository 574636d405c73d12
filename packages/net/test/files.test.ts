// The two files that the system's own resolver reads, with what people and installers write into them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress } from "../src/address.ts";
import { parseHosts } from "../src/hosts-file.ts";
import { candidates, parseResolvConf } from "../src/resolv-conf.ts";

const HOSTS: [string, string, string, string[] | undefined][] = [
  ["several names and several lines", "10.0.0.1 a b\n10.0.0.2 b\n::1 b\n", "b", ["10.0.0.1", "10.0.0.2", "::1"]],
  ["tabs, indentation and the line ends of Windows", "\t 10.0.0.1\t\ta  b \r\n", "b", ["10.0.0.1"]],
  ["upper case", "10.0.0.1 DB.Local\n", "db.local", ["10.0.0.1"]],
  ["names in a comment", "10.0.0.1 a # b\n", "b", undefined],
  ["a line in a comment", "#10.0.0.1 a\n", "a", undefined],
  ["a comment right behind a name", "10.0.0.1 a#b\n", "a", ["10.0.0.1"]],
  ["a line of something else before", "nonsense a\n\n10.0.0.1 a\n", "a", ["10.0.0.1"]],
  ["an address that is none here", "0177.0.0.1 a\n", "a", undefined],
  ["the address as a name", "10.0.0.1 a\n", "10.0.0.1", undefined],
];
for (const [name, text, host, expected] of HOSTS) {
  test(`a hosts file with ${name}`, () => {
    assert.deepEqual(parseHosts(text).get(host)?.map(formatAddress), expected);
  });
}

const SETTINGS: [string, ReturnType<typeof parseResolvConf> extends infer S ? Partial<S> : never][] = [
  ["nameserver 10.0.0.1 # a\n", { servers: ["10.0.0.1"] }],
  ["nameserver 10.0.0.1#a\n nameserver\t10.0.0.2;b\n", { servers: ["10.0.0.1", "10.0.0.2"] }],
  ["#nameserver 10.0.0.1\n;nameserver 10.0.0.2\n", { servers: ["127.0.0.1"] }],
  ["nameserver\nnameserver dns.test\n", { servers: ["127.0.0.1"] }],
  ["search a b # c\n", { search: ["a", "b"] }],
  ["search a ; b\n", { search: ["a"] }],
  ["search a b\ndomain c\n", { search: ["c"] }],
  ["domain c\nsearch a b\n", { search: ["a", "b"] }],
  ["search .\n", { search: [] }],
  ["options ndots:5\noptions timeout:3 attempts:4\n", { ndots: 5, timeout: 3000, attempts: 4 }],
  ["options timeout:31 attempts:6 ndots:16\n", { ndots: 15, timeout: 30_000, attempts: 5 }],
  ["options timeout:0 attempts:0 ndots:0\n", { ndots: 0, timeout: 1000, attempts: 1 }],
  ["options timeout: attempts:x ndots:-1 ndots rotate\n", { ndots: 1, timeout: 5000, attempts: 2 }],
];
for (const [text, expected] of SETTINGS) {
  test(`resolv.conf with ${JSON.stringify(text)}`, () => {
    const settings = parseResolvConf(text);
    assert.deepEqual({ ...settings, ...expected }, settings);
  });
}

const NAMES: [string, { search: string[]; ndots: number }, string[]][] = [
  ["a", { search: ["x", "y"], ndots: 5 }, ["a.x", "a.y", "a"]],
  ["a", { search: [], ndots: 5 }, ["a"]],
  ["a", { search: ["x"], ndots: 0 }, ["a", "a.x"]],
  ["a.b", { search: ["x"], ndots: 5 }, ["a.b", "a.b.x"]],
];
for (const [name, settings, expected] of NAMES) {
  test(`${name} with ndots ${settings.ndots} and ${settings.search.length} suffixes is asked for as ${expected.join(", ")}`, () => {
    assert.deepEqual(candidates(name, settings), expected);
  });
}
