import type { Path } from "@outrigger/runtime/problem";
import { formatPath } from "@outrigger/runtime/problem";
import type { Sections } from "../configuration.ts";
import type { Report } from "./finding.ts";

/** An address that a tool listens on, and the key that says so. */
interface Listener {
  path: Path;
  /** Absent: all addresses. */
  host?: string | undefined;
  port: number;
  /** Routes of one scheme may share a listener. */
  sharedBy?: string;
}

/** Reports every pair of keys that want the same port on overlapping addresses: in one pod only one of them gets it. */
export function checkListeners(sections: Sections, report: Report): void {
  const listeners = listenersOf(sections).filter(({ port }) => port !== 0);
  for (const [index, later] of listeners.entries()) {
    const earlier = listeners.slice(0, index).find((candidate) => clash(candidate, later));
    if (earlier === undefined) continue;
    const taken = `port ${later.port} is also the port of ${formatPath(earlier.path)}`;
    report.error(later.path, `${taken}; give one of the two another port`);
  }
}

function listenersOf({ logs, health, metrics, egress }: Sections): Listener[] {
  const listeners: Listener[] = [];
  if (logs) listeners.push({ path: ["logs", "admin", "port"], port: logs.config.admin.port });
  if (health) listeners.push({ path: ["health", "port"], port: health.config.port });
  if (metrics) listeners.push({ path: ["metrics", "port"], port: metrics.config.port });
  if (egress) {
    const { listen, admin, routes } = egress.config;
    listeners.push({ path: ["egress", "listen"], ...listen }, { path: ["egress", "admin", "port"], port: admin.port });
    for (const { from } of routes.filter((route) => route.from.direct)) {
      const { host, port } = from.authority;
      listeners.push({ path: ["egress", "routes", from.text], host, port, sharedBy: from.scheme });
    }
  }
  return listeners;
}

function clash(one: Listener, other: Listener): boolean {
  const [here, there] = [addresses(one), addresses(other)];
  if (one.port !== other.port || !overlap(here, there)) return false;
  const isShared = one.host === other.host || (here !== undefined && there !== undefined);
  return one.sharedBy === undefined || one.sharedBy !== other.sharedBy || !isShared;
}

/** Undefined: all of them. */
function addresses({ host }: Listener): readonly string[] | undefined {
  if (host === undefined || host === "0.0.0.0" || host === "::") return undefined;
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host];
}

function overlap(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return one === undefined || other === undefined || one.some((address) => other.includes(address));
}
