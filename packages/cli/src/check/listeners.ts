import { collide } from "@outrigger/runtime/collide";
import type { ListenAddress } from "@outrigger/runtime/listen";
import type { Path } from "@outrigger/runtime/problem";
import { formatPath } from "@outrigger/runtime/problem";
import type { Sections } from "../configuration.ts";
import type { Report } from "./finding.ts";

/** A key that says where a tool listens. */
interface Listener extends ListenAddress {
  path: Path;
}

/**
 * Reports every pair of sections that want the same port on overlapping addresses: in one pod only one of them gets it. What
 * the keys of one section want is for that section to refuse.
 */
export function checkListeners(sections: Sections, report: Report): void {
  const listeners = listenersOf(sections);
  for (const [index, later] of listeners.entries()) {
    const others = listeners.slice(0, index).filter(({ path }) => path[0] !== later.path[0]);
    const earlier = others.find((candidate) => collide(candidate, later));
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
      listeners.push({ path: ["egress", "routes", from.text], host, port });
    }
  }
  return listeners;
}
