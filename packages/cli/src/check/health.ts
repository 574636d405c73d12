import type { Report } from "./finding.ts";

/**
 * Warns of `live` checks that do not do what is meant: one of another host, for when that host is down every pod that checks it
 * is restarted, and one that is not critical, which decides nothing. `input` is the valid section as written.
 */
export function checkHealth(input: unknown, report: Report): void {
  const { checks = {} } = input as { checks?: Record<string, unknown> };
  for (const [name, check] of Object.entries(checks)) {
    if (!isLive(check)) continue;
    const message = check.critical === false ? NO_EFFECT : aboutHost(check);
    if (message !== undefined) report.warning(["health", "checks", name], message);
  }
}

type LiveCheck = Readonly<Record<string, unknown>>;

const NO_EFFECT =
  "live: true has no effect beside critical: false, which fails no endpoint but its own; remove one of them";

function isLive(check: unknown): check is LiveCheck {
  return typeof check === "object" && check !== null && "live" in check && check.live === true;
}

function aboutHost(check: LiveCheck): string | undefined {
  const host = targetOf(check);
  if (host === undefined || isLocal(host)) return undefined;
  return `live: true makes a failure of ${host} restart the application; leave live to checks of the application`;
}

/** The host that the check connects to, when it names one. */
function targetOf(check: LiveCheck): string | undefined {
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
