// What the proxy keeps of the past, for people and for `suggest`: the right things, and no more than so many.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "../src/audit.ts";
import { Journal } from "../src/journal.ts";

const HTTP = undefined;

/** A destination that report let pass. */
function record(changes: Partial<AuditRecord> = {}): AuditRecord {
  const measured = { status: 200, bytesIn: 0, bytesOut: 0, durationMs: 1 };
  const seen = { verdict: "allowed", wouldDeny: true, host: "a.test", port: 80 } as const;
  return { method: "GET", mode: "report", ...measured, ...seen, ...changes };
}

test("the last 200 decisions are kept, the oldest first, each with its own time and fields", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 0 });
  const journal = new Journal();
  for (let port = 1; port <= 250; port++) {
    journal.note(record({ port, reason: port <= 50 ? "host_not_allowed" : undefined }), HTTP);
    t.mock.timers.tick(1000);
  }
  const kept = journal.recent.map(({ time, record: { port, reason } }) => ({ time, port, reason }));
  const expected = Array.from({ length: 200 }, (_, index) => index + 51);
  assert.deepEqual(
    kept,
    expected.map((port) => ({ time: (port - 1) * 1000, port, reason: undefined })),
  );
});

test("a destination is one sighting, however often it is seen", () => {
  const journal = new Journal();
  for (const port of [80, 80, 81]) journal.note(record({ port }), HTTP);
  assert.deepEqual(journal.sightings, [
    { host: "a.test", port: 80, count: 2 },
    { host: "a.test", port: 81, count: 1 },
  ]);
});

const uninteresting: [string, Partial<AuditRecord>][] = [
  ["was denied", { verdict: "denied" }],
  ["rules allow", { wouldDeny: undefined }],
  ["did not work", { error: "connection_refused" }],
  ["has no host", { host: undefined }],
  ["has no port", { port: undefined }],
];
for (const [name, changes] of uninteresting) {
  test(`what ${name} is no sighting, but a recent decision`, () => {
    const journal = new Journal();
    journal.note(record(changes), HTTP);
    assert.deepEqual(journal.sightings, []);
    assert.equal(journal.recent.length, 1);
  });
}

const carried: [("tls" | "any" | undefined)[], "tls" | "any" | undefined][] = [
  [[undefined, undefined], undefined],
  [[undefined, "tls"], "tls"],
  [["tls", undefined], "tls"],
  [["tls", "any"], "any"],
  [["any", "tls"], "any"],
  [["any", undefined], "any"],
];
for (const [tunnels, expected] of carried) {
  const words = tunnels.map((tunnel) => tunnel ?? "no tunnel").join(", then ");
  test(`of a destination with ${words} it is kept that it needs ${expected ?? "no tunnel"}`, () => {
    const journal = new Journal();
    for (const tunnel of tunnels) journal.note(record({ port: 443 }), tunnel);
    assert.equal(journal.sightings[0]?.tunnel, expected);
  });
}

test("2000 destinations are kept, and those are counted on", () => {
  const journal = new Journal();
  for (let index = 0; index < 2100; index++) journal.note(record({ host: `h${index}.test` }), HTTP);
  journal.note(record({ host: "h5.test" }), HTTP);
  assert.equal(journal.sightings.length, 2000);
  assert.deepEqual(journal.sightings[5], { host: "h5.test", port: 80, count: 2 });
  assert.equal(journal.sightings.at(-1)?.host, "h1999.test");
});
