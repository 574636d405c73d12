// The pages that name destinations: for this machine only, and harmless whatever the names are.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminRequest } from "@outrigger/runtime/admin";
import { adminPages } from "../src/admin-pages.ts";
import type { AuditRecord } from "../src/audit.ts";
import { Journal } from "../src/journal.ts";

function noted(...records: Partial<AuditRecord>[]): Journal {
  const journal = new Journal();
  const common = { method: "GET", mode: "report", bytesIn: 0, bytesOut: 0, durationMs: 1, verdict: "allowed" } as const;
  for (const record of records) journal.note({ ...common, ...record }, undefined);
  return journal;
}

async function get(journal: Journal, path: "/" | "/learned", remoteAddress = "127.0.0.1") {
  const request: AdminRequest = { method: "GET", path, query: new URLSearchParams(), headers: {}, remoteAddress };
  const reply = await adminPages(journal)[path]?.GET?.(request);
  assert.ok(reply);
  return { ...reply, body: String(reply.body) };
}

for (const path of ["/", "/learned"] as const) {
  test(`${path} is for loopback only`, async () => {
    const journal = noted({ host: "secret.test", port: 80, wouldDeny: true });
    for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      const { status, body } = await get(journal, path, address);
      assert.equal(status, 200, address);
      assert.match(body, /secret\.test/);
    }
    for (const address of ["10.0.0.1", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1"]) {
      const { status, body } = await get(journal, path, address);
      assert.equal(status, 403, address);
      assert.doesNotMatch(body, /secret/);
    }
  });
}

test("the page shows the latest decision first, and marks what enforce denies", async () => {
  const journal = noted(
    { host: "allowed.test", rule: "allowed.test" },
    { host: "denied.test", verdict: "denied", reason: "host_not_allowed" },
    { host: "reported.test", wouldDeny: true },
  );
  const { body, type } = await get(journal, "/");
  assert.match(type ?? "", /^text\/html/);
  const rows = [...body.matchAll(/<tr class="(\w+)">.*?<td>(\w+\.test)<\/td>/g)].map(([, kind, host]) => [kind, host]);
  assert.deepEqual(rows, [
    ["denied", "reported.test"],
    ["denied", "denied.test"],
    ["allowed", "allowed.test"],
  ]);
});

test("no text on the page is markup, nor a control character", async () => {
  const { body } = await get(noted({ method: `<b a='"'>&\u001b\u202e` }), "/");
  assert.match(body, /<td>&#60;b a=&#39;&#34;&#39;&#62;&#38;&#27;&#8238;<\/td>/);
});
