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
