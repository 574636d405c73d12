import { createHash } from "node:crypto";
import { escapeHtml } from "@outrigger/runtime/html";
import type { Change } from "../health.ts";
import { type Detail, type Finding, shownError, shownStatus, type Verdict } from "../verdict.ts";
import { SCRIPT, STYLE } from "./page.ts";

/** The answer as a page for people, in one file, that keeps itself up to date. */
export function renderHtml(verdict: Verdict, detail: Detail, history: readonly Change[]): string {
  const { word, ok, findings, reason } = verdict;
  const status = ok ? "OK" : "FAIL";
  const why = reason === undefined ? "" : `<p class="reason">Not ready: ${escapeHtml(reason)}.</p>`;
  const list =
    detail === "none" ? HIDDEN : `<ul>${findings.map((finding) => renderItem(finding, detail)).join("")}</ul>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status} · ${word}</title>
<style>${STYLE}</style>
</head>
<body>
<main id="status" data-status="${status}">
<h1><span class="badge ${status}">${status}</span> ${word}</h1>
${why}${list}${detail === "none" ? "" : renderHistory(history, detail)}
<p class="time">As of <time>${new Date().toISOString()}</time></p>
</main>
<p id="lost" role="alert" hidden>No answer from healthz; what is shown may be old.</p>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Lets the page's own style and script through, by their hashes, and nothing else. */
export function contentSecurityPolicy(): string {
  return [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(SCRIPT)}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const HIDDEN = '<p><a href="?verbose">Show the checks</a></p>';

function renderItem({ check, excluded }: Finding, detail: Detail): string {
  const status = shownStatus(check);
  const error = shownError(check, detail);
  const facts = [
    check.type,
    `since ${new Date(check.since).toISOString()}`,
    ...(check.latencyMs === undefined ? [] : [`${check.latencyMs.toFixed(1)} ms`]),
    ...(check.live ? ["live"] : []),
    ...(check.critical ? [] : ["not critical"]),
    ...(excluded ? ["excluded"] : []),
  ];
  return (
    `<li><span class="badge ${status}">${status}</span> <strong>${escapeHtml(check.name)}</strong>` +
    `<small>${facts.join(" · ")}</small>${error === undefined ? "" : `<pre>${escapeHtml(error)}</pre>`}</li>`
  );
}

function renderHistory(history: readonly Change[], detail: Detail): string {
  if (history.length === 0) return "";
  const items = history.map(({ at, check, to, failure }) => {
    const why = failure === undefined ? "" : `: ${escapeHtml(detail === "full" ? failure.text : failure.kind)}`;
    return `<li><time>${new Date(at).toISOString()}</time> ${escapeHtml(check)} ${to}${why}</li>`;
  });
  return `<details><summary>Recent changes</summary><ol>${items.join("")}</ol></details>`;
}
