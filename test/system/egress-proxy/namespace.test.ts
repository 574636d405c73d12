// The guard against real sockets on real addresses, in a network namespace that has no way out (unshare, iproute2).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";

interface Outcome {
  status: number;
  reason?: string;
  reached: string[];
  milliseconds: number;
}

let results: Record<string, Outcome> = {};

before(async () => {
  const script = path.join(import.meta.dirname, "namespace/inside.ts");
  const command = ["--map-root-user", "--net", process.execPath, script];
  const { stdout } = await promisify(execFile)("unshare", command, { timeout: 60_000 });
  results = JSON.parse(stdout) as typeof results;
});

const rows: [string, string, number, string | undefined, string[]][] = [
  ["api", "an allowed name reaches its public address", 200, undefined, ["public"]],
  ["six", "over IPv6 too", 200, undefined, ["public6"]],
  ["half", "an IPv6 address that never answers is overtaken by IPv4", 200, undefined, ["public"]],
  ["meta", "an allowed name that leads to metadata is refused", 403, "address_prohibited", []],
  ["mixed", "of a mixed answer only the permitted address is dialled", 200, undefined, ["public"]],
  ["inner", "a public name that leads to a private address is refused", 403, "address_private", []],
  ["home", "unless resolvesTo says so", 200, undefined, ["private"]],
  ["short", "a short name may be private", 200, undefined, ["private"]],
  ["literal", "an unlisted literal is refused", 403, "host_not_allowed", []],
  ["report", "report mode passes what rules do not name", 200, undefined, ["public"]],
  ["report 169.254.169.254", "but never metadata", 403, "address_prohibited", []],
  ["report [::ffff:169.254.169.254]", "in no spelling", 403, "address_prohibited", []],
  ["report [64:ff9b::a9fe:a9fe]", "and through no translator", 403, "address_prohibited", []],
  ["report meta.good.test", "under no name", 403, "address_prohibited", []],
  ["report 127.0.0.1", "nor loopback", 403, "address_prohibited", []],
];
for (const [key, name, status, reason, reached] of rows) {
  test(`${name} (${key})`, () => {
    const outcome = results[key];
    assert.ok(outcome);
    assert.deepEqual([outcome.status, outcome.reason, outcome.reached], [status, reason, reached]);
  });
}

test("the faster family is not waited for: 250 ms, not the connect time-out", () => {
  assert.ok((results.half?.milliseconds ?? 0) < 4500);
});

test("a TLS tunnel to port 443 carries the ClientHello of its host", () => {
  assert.equal(results.tunnel as unknown, true);
});
