// Addresses of the hosts file that lead applications to this proxy say nothing about where the real server is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "@outrigger/net/address";
import { egressSection } from "../src/config.ts";
import { isStandIn } from "../src/routes/stand-in.ts";

const { routes } = egressSection.schema.parse({
  routes: {
    "http://127.0.0.1:8000/": "http://one.test",
    "http://[::1]:8000/": "http://six.test",
    "http://127.0.0.5:80/": "http://five.test",
    "tcp://127.0.0.6:5432": { upstreams: ["six.test:5432"] },
    "http://10.0.0.7:80/": "http://seven.test",
    "http://127.0.0.8/": "http://eight.test",
  },
});

const cases: [string, boolean, string][] = [
  ["127.0.0.5", true, "a route listens there"],
  ["127.0.0.6", true, "so does one over TCP"],
  ["127.0.0.1", false, "the machine has this address under other names too"],
  ["::1", false, "and this one"],
  ["127.0.0.9", false, "no route listens there"],
  ["10.0.0.7", false, "it is no address of loopback, where aliases are"],
];
for (const [text, expected, reason] of cases) {
  test(`${text} is ${expected ? "a" : "no"} stand-in: ${reason}`, () => {
    const address = parseAddress(text);
    assert.ok(address);
    assert.equal(isStandIn(routes, address), expected);
  });
}
