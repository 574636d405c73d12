import type { Log } from "@outrigger/runtime/log";
import { printable } from "./printable.ts";

/** One decision and what became of it. Absent fields are left out. */
export interface AuditRecord {
  verdict: "allowed" | "denied";
  host?: string | undefined;
  port?: number | undefined;
  method: string;
  path?: string | undefined;
  rule?: string | undefined;
  reason?: string | undefined;
  mode: string;
  wouldDeny?: boolean | undefined;
  address?: string | undefined;
  sni?: string | undefined;
  status?: number | undefined;
  bytesIn: number;
  bytesOut: number;
  durationMs: number;
  error?: string | undefined;
  route?: string | undefined;
  upstream?: string | undefined;
  attempts?: number | undefined;
}

export type AuditLevel = "denied" | "all" | "off";

/** Writes the audit line, when the configuration asks for one of this kind. */
export function audit(log: Log, level: AuditLevel, record: AuditRecord): void {
  const isRefused = record.verdict === "denied" || record.wouldDeny === true;
  if (level === "off" || (level === "denied" && !isRefused)) return;
  const fields: Record<string, unknown> = { ...record };
  if (level !== "all") fields.path = undefined;
  for (const key in fields) {
    const value = fields[key];
    if (typeof value === "string") fields[key] = printable(value);
  }
  if (isRefused) log.warn("egress", fields);
  else log.info("egress", fields);
}
