// Needs Debian's chromium.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { startExporter } from "../../metrics-exporter/exporter.ts";
import { openTab } from "../healthz/browser.ts";

test("a browser shows rules, hits, the last matched line and unmatched lines, and runs nothing out of a log", async (t) => {
  const exporter = await startExporter(t, {
    args: ["$DIR/app.log", "--rule", "logins_total=login by {user};", "--rule", "never_total=never"],
  });
  const hostile = "<img src=x onerror=alert(1)><script>document.title='owned'</script>";
  writeFileSync(path.join(exporter.directory, "app.log"), `login by ${hostile};\nlogin by ann;\n${hostile}\n`);
  await exporter.until('outrigger_metrics_rule_matches_total{rule="logins_total"}', 2);
  const tab = await openTab(t);
  await tab.navigate(`${exporter.url}/`);
  const rows = await tab.evaluate(
    "[...document.querySelectorAll('#rules tr')].slice(1).map((row) => [...row.cells].map((cell) => cell.innerText).join('|')).join('\\n')",
  );
  const [logins = "", never = ""] = String(rows)
    .split("\n")
    .filter((line) => line.includes("|"));
  assert.match(String(rows), /logins_total/);
  assert.match(logins, /\|2\|2\|\d{4}-.*\|login by ann;/);
  assert.match(never, /\|0\|1\|never\|/);
  assert.equal(await tab.evaluate("document.querySelector('#unmatched').innerText"), hostile);
  assert.equal(await tab.evaluate("document.title"), "metrics-exporter");
  assert.equal(await tab.evaluate("document.images.length + document.scripts.length"), 0);
});
