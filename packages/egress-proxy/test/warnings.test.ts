import assert from "node:assert/strict";
import { test } from "node:test";
import { egressSection, warnings } from "../src/config.ts";

const warningsOf = (egress: object) => warnings(egressSection.schema.parse(egress));

for (const [name, egress, warning] of [
  ["a port alone", { listen: 1080 }, /egress\.listen is on all addresses: .*127\.0\.0\.1:1080/],
  ["all addresses of IPv4", { listen: "0.0.0.0:1080" }, /egress\.listen/],
  ["all addresses of IPv6", { listen: "[::]:1080" }, /egress\.listen/],
  ["lifted addresses", { guard: { allow: ["127.0.0.0/8"] } }, /egress\.guard\.allow lifts 127\.0\.0\.0\/8/],
  ["a mode that lets everything pass", { mode: "learn" }, /mode learn/],
  [
    "limits that a tunnel hides",
    { allow: [{ host: "a", methods: ["GET"], tunnel: "tls" }] },
    /^a GET: methods and paths/,
  ],
] as const) {
  test(`${name}: a warning`, () => {
    const [first = "", ...others] = warningsOf(egress);
    assert.match(first, warning);
    assert.deepEqual(others, []);
  });
}

test("what is no wider than it looks: none", () => {
  for (const egress of [{}, { listen: "[::1]:1080" }, { allow: [{ host: "a", methods: ["GET"] }] }, { audit: "off" }]) {
    assert.deepEqual(warningsOf(egress), []);
  }
});
