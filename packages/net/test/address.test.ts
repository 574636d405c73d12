import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import { formatAddress, parseAddress } from "../src/address.ts";
import { contains, parseCidr } from "../src/cidr.ts";

const canonical: [string, string][] = [
  ["1.2.3.4", "1.2.3.4"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["::ffff:1.2.3.4", "::ffff:102:304"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
];
for (const [text, expected] of canonical) {
  test(`${text} is ${expected}`, () => {
    const address = parseAddress(text);
    assert.ok(address);
    assert.equal(formatAddress(address), expected);
  });
}

const refused = [
  "",
  "1",
  "127.1",
  "01.2.3.4",
  "1.2.3",
  "1.2.3.4.5",
  "256.0.0.1",
  "1.256.0.1",
  "1.2.256.1",
  "1.2.3.256",
  "1.2.3.999",
  "1.2.3.4 ",
  "0x1.2.3.4",
  ":",
  ":::",
  "1:2",
  "::1::",
  "1:2:3:4:5:6:7:8:9",
];
const refusedToo = [
  "12345::",
  "g::",
  "fe80::1%lo",
  "[::1]",
  "::1.2.3",
  "::1.2.3.4:1",
  "1:2:3:4:5:6:7::8",
  "1.2.3.4::",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
];
for (const text of [...refused, ...refusedToo]) {
  test(`${JSON.stringify(text)} is no address`, () => {
    if (text !== "1:2:3:4:5:6:7::8") assert.equal(isIP(text) !== 0 && !text.includes("%"), false, "Node agrees");
    assert.equal(parseAddress(text), undefined);
  });
}

const blocks: [string, string, boolean][] = [
  ["10.0.0.0/8", "10.255.255.255", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["0.0.0.0/0", "1.2.3.4", true],
  ["0.0.0.0/0", "::1", false],
  ["1.2.3.4", "1.2.3.4", true],
  ["1.2.3.4", "1.2.3.5", false],
  ["172.16.0.0/12", "172.31.0.1", true],
  ["172.16.0.0/12", "172.32.0.1", false],
  ["fe80::/10", "febf::1", true],
  ["fe80::/10", "fec0::1", false],
  ["::/96", "::1.2.3.4", true],
];
for (const [block, address, expected] of blocks) {
  test(`${block} ${expected ? "holds" : "does not hold"} ${address}`, () => {
    assert.equal(contains(parseCidr(block), parseAddress(address)!), expected);
  });
}

for (const text of ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.1/8", "a/8", "::/129", "10.0.0.0/-1", "10/8"]) {
  test(`${text} is no block`, () => assert.throws(() => parseCidr(text), RangeError));
}
