// A ClientHello whose parts do not add up exactly is none: a lenient reader and a strict server could see different names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readClientHello } from "../src/tunnel/client-hello.ts";
import { SniCheck } from "../src/tunnel/sni-check.ts";

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const vector8 = (data: Buffer) => Buffer.concat([Buffer.from([data.length]), data]);
const vector16 = (data: Buffer) => Buffer.concat([u16(data.length), data]);
const extension = (type: number, data: Buffer) => Buffer.concat([u16(type), vector16(data)]);
const entry = (name: string, type = 0) => Buffer.concat([Buffer.from([type]), vector16(Buffer.from(name))]);
const serverName = (...entries: Buffer[]) => extension(0, vector16(Buffer.concat(entries)));
const padding = (bytes: number) => extension(21, Buffer.alloc(bytes));
const NONE = Buffer.alloc(0);
const BYTE = Buffer.from([0]);

interface Parts {
  recordTypes?: number[];
  recordVersion?: number;
  recordSize?: number;
  messageType?: number;
  session?: Buffer;
  suites?: Buffer;
  compressions?: Buffer;
  extensions?: Buffer[];
  /** Bytes of the message behind its extensions. */
  tail?: Buffer;
}

function hello({
  recordTypes = [],
  recordVersion = 3,
  recordSize = 16_384,
  messageType = 1,
  session = NONE,
  suites = u16(0x1301),
  compressions = BYTE,
  extensions = [serverName(entry("api.test"))],
  tail = NONE,
}: Parts = {}): Buffer {
  const random = Buffer.alloc(32, 7);
  const head = [u16(0x0303), random, vector8(session), vector16(suites), vector8(compressions)];
  const body = Buffer.concat([...head, vector16(Buffer.concat(extensions)), tail]);
  const length = Buffer.from([messageType, body.length >> 16, (body.length >> 8) & 255, body.length & 255]);
  const message = Buffer.concat([length, body]);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += recordSize) {
    const type = recordTypes[records.length] ?? 22;
    const part = message.subarray(at, at + recordSize);
    records.push(Buffer.concat([Buffer.from([type, recordVersion, 1]), vector16(part)]));
  }
  return Buffer.concat(records);
}

const complete: [string, Parts][] = [
  ["nothing special", {}],
  ["a session of 32 bytes", { session: Buffer.alloc(32) }],
  ["several suites and compression methods", { suites: Buffer.alloc(8), compressions: Buffer.alloc(3) }],
  ["extensions around the name", { extensions: [padding(0), serverName(entry("api.test")), padding(9)] }],
  ["records of 16 KiB", { extensions: [serverName(entry("api.test")), padding(40_000)] }],
  ["records of one byte", { recordSize: 1 }],
];
for (const [name, parts] of complete) {
  test(`a ClientHello with ${name} is read`, () => {
    assert.deepEqual(readClientHello(hello(parts)), { state: "complete", serverNames: ["api.test"] });
  });
}

const invalid: [string, Buffer][] = [
  ["a record that is no handshake", hello({ recordTypes: [23] })],
  ["a second record that is no handshake", hello({ recordSize: 40, recordTypes: [22, 23] })],
  ["a record of SSL 2", hello({ recordVersion: 2 })],
  ["a record of a later version", hello({ recordVersion: 4 })],
  ["an empty record in front", Buffer.concat([Buffer.from([22, 3, 1, 0, 0]), hello()])],
  ["a record of more than 16 KiB", hello({ extensions: [padding(20_000)], recordSize: 16_385 })],
  [
    "more than 64 KiB",
    hello({ extensions: [serverName(entry("api.test")), padding(65_400)], suites: Buffer.alloc(200) }),
  ],
  [
    "more than 64 KiB with its records",
    hello({ extensions: [serverName(entry("api.test")), padding(20_000)], recordSize: 1 }),
  ],
  ["a message that says it is longer than 64 KiB", Buffer.from([22, 3, 1, 0, 4, 1, 1, 0, 1])],
  ["another message", hello({ messageType: 2 })],
  ["another message in records of one byte", hello({ messageType: 2, recordSize: 1 })],
  ["a session of 33 bytes", hello({ session: Buffer.alloc(33) })],
  ["no suites", hello({ suites: NONE })],
  ["half a suite", hello({ suites: Buffer.alloc(3) })],
  ["no compression methods", hello({ compressions: NONE })],
  ["a byte behind the extensions", hello({ tail: BYTE })],
  ["half a type of an extension", hello({ extensions: [serverName(entry("api.test")), BYTE] })],
  ["an extension without a length", hello({ extensions: [serverName(entry("api.test")), u16(21)] })],
  ["an extension beyond the list", hello({ extensions: [serverName(entry("api.test")), u16(21), u16(1)] })],
  ["a server_name without a list", hello({ extensions: [extension(0, NONE)] })],
  ["an empty list of names", hello({ extensions: [serverName()] })],
  [
    "a byte behind the list of names",
    hello({ extensions: [extension(0, Buffer.concat([vector16(entry("api.test")), BYTE]))] }),
  ],
  [
    "a list of names beyond its extension",
    hello({ extensions: [extension(0, Buffer.concat([u16(99), entry("api.test")]))] }),
  ],
  ["a name of another type", hello({ extensions: [serverName(entry("api.test", 1))] })],
  ["names of two types", hello({ extensions: [serverName(entry("evil.test", 1), entry("api.test"))] })],
  ["names of two types, the other last", hello({ extensions: [serverName(entry("api.test"), entry("evil.test", 1))] })],
  ["an empty name", hello({ extensions: [serverName(entry(""))] })],
  ["an empty name behind a good one", hello({ extensions: [serverName(entry("api.test"), entry(""))] })],
  ["a name beyond its list", hello({ extensions: [serverName(entry("api.test"), Buffer.from([0, 0, 9, 97]))] })],
  ["a good name and a broken extension", hello({ extensions: [serverName(entry("api.test")), extension(0, BYTE)] })],
];
for (const [name, bytes] of invalid) {
  test(`${name} makes no ClientHello`, () => {
    assert.deepEqual(readClientHello(bytes), { state: "invalid" });
    assert.equal(new SniCheck("api.test").push(bytes).state, "refused");
  });
}

test("an empty record between two others makes no ClientHello", () => {
  const bytes = hello({ recordSize: 40 });
  const broken = Buffer.concat([bytes.subarray(0, 45), Buffer.from([22, 3, 1, 0, 0]), bytes.subarray(45)]);
  assert.deepEqual(readClientHello(broken), { state: "invalid" });
});

test("bytes behind the message in its last record make no ClientHello", () => {
  const bytes = hello();
  const longer = Buffer.concat([bytes, BYTE]);
  longer.writeUInt16BE(longer.length - 5, 3);
  assert.deepEqual(readClientHello(longer), { state: "invalid" });
});

test("names are taken from every server_name extension, in order", () => {
  const extensions = [serverName(entry("api.test")), padding(1), serverName(entry("evil.test"))];
  const bytes = hello({ extensions });
  assert.deepEqual(readClientHello(bytes), { state: "complete", serverNames: ["api.test", "evil.test"] });
  assert.equal(new SniCheck("api.test").push(bytes).state, "refused");
});

for (const name of [
  "\u212aelvin.test",
  "kelvin.test\u00a0",
  "xkelvin.test",
  "kelvin.testx",
  ".kelvin.test",
  "kelvin.test\0",
]) {
  test(`${JSON.stringify(name)} is not kelvin.test`, () => {
    const verdict = new SniCheck("kelvin.test").push(hello({ extensions: [serverName(entry(name))] }));
    assert.equal(verdict.state === "refused" && verdict.reason, "sni_mismatch");
  });
}
