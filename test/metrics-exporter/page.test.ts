import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { request } from "../harness/http.ts";
import { sampleValue, startExporter } from "./exporter.ts";

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
  await eventually(async () => assert.match((await exporter.get("/", { accept: browser })).body, /user ann;/));
  const { headers, body } = await exporter.get("/metrics", { accept: browser });
  assert.match(String(headers["content-type"]), /^text\/plain/);
  assert.equal(sampleValue(body, 'a_total{user="ann"}'), 0);
  assert.equal(await exporter.value('a_total{user="ann"}'), 1);
});

test("a slash at the end, capitals, a query and the form for proxies lead to the same answers", async (t) => {
  const exporter = await startExporter(t, {});
  for (const spelling of ["/metrics/", "/METRICS", "/metrics?name=x", "/Metrics/?name=x", "/?name=x"]) {
    const { status, headers, body } = await exporter.get(spelling);
    assert.equal(status, 200, spelling);
    assert.match(String(headers["content-type"]), /^text\/plain; version=0\.0\.4/, spelling);
    assert.match(body, /^outrigger_build_info\{/m, spelling);
  }
  const page = await exporter.get("/?from=here", { accept: browser });
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  const { hostname, port, host } = new URL(exporter.url);
  const toProxy = await request(exporter.url, { hostname, port, path: `http://${host}/metrics` });
  assert.match(toProxy.body, /^outrigger_build_info\{/m);
  const head = await request(`${exporter.url}/`, { method: "HEAD", headers: { accept: browser } });
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.ok(Number(head.headers["content-length"]) > 500);
  for (const method of ["POST", "DELETE", "OPTIONS"]) {
    const refused = await request(`${exporter.url}/`, { method, headers: { accept: browser } });
    assert.deepEqual([refused.status, refused.headers.allow], [405, "GET, HEAD"], method);
  }
});
