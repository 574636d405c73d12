import type { Report } from "./finding.ts";

/**
 * Warns of a `live` check of another host: when that host is down, every pod that checks it is restarted. `input` is the
 * valid section as written.
 */
export function checkHealth(input: unknown, report: Report): void {
  const { checks = {} } = input as { checks?: Record<string, unknown> };
  for (const [name, check] of Object.entries(checks)) {
    const host = liveTarget(check);
    if (host === undefined || isLocal(host)) continue;
    const message = `live: true makes a failure of ${host} restart the application; leave live to checks of the application`;
    report.warning(["health", "checks", name], message);
  }
}

/** The host that a check with `live: true` connects to, when it names one. */
function liveTarget(check: unknown): string | undefined {
  if (typeof check !== "object" || check === null || !("live" in check) || check.live !== true) return undefined;
  for (const [kind, target] of Object.entries(check)) {
    if (!["http", "tcp", "grpc", "redis", "postgres", "dns", "metric"].includes(kind)) continue;
    const { url, address } = Object(target) as { url?: string; address?: string };
    const text = typeof target === "string" ? target : (url ?? address);
    const match = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?:\[([^\]]+)\]|([^:/]+))/i.exec(String(text ?? ""));
    return match?.[1] ?? match?.[2];
  }
  return undefined;
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
