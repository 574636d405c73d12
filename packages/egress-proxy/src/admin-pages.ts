import { type AdminRequest, isLoopback, type Reply, type RouteTable } from "@outrigger/runtime/admin";
import type { Journal, Recent } from "./journal.ts";

/** What the proxy has seen: names of destinations, so for this machine (and port-forwards) only. */
export function adminPages(journal: Journal): RouteTable {
  const local =
    (reply: () => Reply) =>
    (request: AdminRequest): Reply =>
      isLoopback(request.remoteAddress)
        ? reply()
        : {
            status: 403,
            type: "text/plain; charset=utf-8",
            body: "this page names destinations and is for loopback only\n",
          };
  return {
    "/": { GET: local(() => ({ status: 200, type: "text/html; charset=utf-8", body: page(journal.recent) })) },
    "/learned": {
      GET: local(() => ({ status: 200, body: `${JSON.stringify({ destinations: journal.sightings })}\n` })),
    },
  };
}

const COLUMNS = ["verdict", "method", "host", "port", "rule", "reason", "status", "address", "route", "error"] as const;

function page(recent: readonly Recent[]): string {
  const rows = recent.toReversed().map(({ time, record }) => {
    const values = [new Date(time).toISOString(), ...COLUMNS.map((column) => record[column] ?? "")];
    const cells = values.map((value) => `<td>${escapeHtml(String(value))}</td>`);
    return `<tr class="${record.verdict === "denied" || record.wouldDeny ? "denied" : "allowed"}">${cells.join("")}</tr>`;
  });
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>egress-proxy: recent decisions</title>
<style>body{font:14px sans-serif}table{border-collapse:collapse}td,th{padding:2px 8px;text-align:left}.denied{background:#fdd}</style>
</head><body><h1>Recent decisions</h1>
<table><tr>${["time", ...COLUMNS].map((column) => `<th>${column}</th>`).join("")}</tr>
${rows.join("\n")}
</table></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[^\x20-\x7e]|[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
