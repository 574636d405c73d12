/** The page for people at `/`: what the rules do, and what they miss. Nothing on it is loaded from elsewhere. */
import { escapeHtml } from "@outrigger/runtime/html";
import type { RuleEngine } from "../rules/engine.ts";

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}
th{font-weight:600}td.number{text-align:right;font-variant-numeric:tabular-nums}
code,pre{font:13px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
.never{color:#8a5300}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}a{color:#79b8ff}.never{color:#e3b341}}`;

/** Allows nothing but the style above, whatever a log line holds. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The whole page as HTML. */
export function renderPage({ rules, unmatchedSamples }: RuleEngine): string {
  const rows = rules.map(
    ({ rule, metric, matches, lastMatch, lastRecord }) => `<tr>
<td><code>${escapeHtml(rule.name)}</code><br>${escapeHtml(rule.spec.type)}</td>
<td class="number">${matches}</td><td class="number">${metric.series().length}</td>
<td>${lastMatch === 0 ? '<span class="never">never</span>' : new Date(lastMatch).toISOString()}</td>
<td><code>${escapeHtml(lastRecord)}</code></td>
</tr>
`,
  );
  const unmatched = unmatchedSamples.map((line) => `<li><code>${escapeHtml(line)}</code></li>\n`);
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>metrics-exporter</title><style>${style}</style></head>
<body>
<h1>metrics-exporter</h1>
<p>The metrics are at <a href="/metrics">/metrics</a>.</p>
<h2>Rules</h2>
${
  rules.length === 0
    ? "<p>There are none.</p>"
    : `<table id="rules">
<tr><th>rule</th><th>hits</th><th>series</th><th>last match</th><th>last matched record</th></tr>
${rows.join("")}</table>`
}
<h2>Records that no rule matched (a sample)</h2>
${unmatched.length === 0 ? "<p>There are none.</p>" : `<ul id="unmatched">\n${unmatched.join("")}</ul>`}
</body>
</html>
`;
}
