import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { startExporter } from "./exporter.ts";

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

test("a browser gets a page at / with rules, hits, the last match and unmatched lines, all of it escaped", async (t) => {
  const exporter = await startExporter(t, {
    args: ["$DIR/app.log", "--rule", "logins_total=login by {user};", "--rule", "never_total=never"],
  });
  writeFileSync(path.join(exporter.directory, "app.log"), 'login by <b>"ann"</b>;\n<script>alert(1)</script>\n');
  await exporter.until('outrigger_metrics_rule_matches_total{rule="logins_total"}', 1);
  const { status, headers, body } = await exporter.get("/", { accept: browser });
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
  assert.match(body, /logins_total<\/code>[\s\S]*?<td class="number">1<\/td>/);
  assert.match(body, /login by &lt;b&gt;&quot;ann&quot;&lt;\/b&gt;;/);
  assert.match(body, /never_total<\/code>[\s\S]*?never<\/span>/);
  assert.match(body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.doesNotMatch(body, /<script|src=|https?:/);
});

test("the page does not count as having shown a zero, and /metrics is never a page", async (t) => {
  const exporter = await startExporter(t, { args: ["$DIR/app.log", "--rule", "a_total=user {user};"] });
  writeFileSync(path.join(exporter.directory, "app.log"), "user ann;\n");
  for (let tries = 0; tries < 200; tries++) {
    if ((await exporter.get("/", { accept: browser })).body.includes("user ann;")) break;
  }
  assert.match(String((await exporter.get("/metrics", { accept: browser })).headers["content-type"]), /^text\/plain/);
  assert.equal(await exporter.value('a_total{user="ann"}'), 1);
});
