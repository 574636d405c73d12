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
  const { method, path, sni } = record;
  const fields = {
    ...record,
    // What clients say; the rest are words of ours, of the configuration, or of a grammar that is ASCII.
    method: printable(method),
    path: path === undefined || level !== "all" ? undefined : printable(path),
    sni: sni === undefined ? undefined : printable(sni),
  };
  if (isRefused) log.warn("egress", fields);
  else log.info("egress", fields);
}
