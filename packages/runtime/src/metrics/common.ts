import { version } from "../version.ts";
import type { Gauge, Registry } from "./registry.ts";

/** The series that every tool has. */
export function registerBuildInfo(registry: Registry, tool: string): void {
  registry
    .gauge("outrigger_build_info", "The tool, its version and the Node it runs on.", ["tool", "version", "node"])
    .labels(tool, version, process.versions.node)
    .set(1);
}

/** How the last attempt to load the configuration went. */
export interface ReloadMetrics {
  succeeded(): void;
  failed(): void;
}

/** The series about reloading; the configuration that the tool started with counts as the first success. */
export function registerReloadMetrics(registry: Registry): ReloadMetrics {
  const successful: Gauge = registry.gauge(
    "outrigger_config_last_reload_successful",
    "1 when the configuration in force is the newest, 0 when the newest was refused.",
  );
  const when: Gauge = registry.gauge(
    "outrigger_config_last_reload_success_timestamp_seconds",
    "When a configuration was last accepted.",
  );
  const metrics: ReloadMetrics = {
    succeeded() {
      successful.set(1);
      when.set(Date.now() / 1000);
    },
    failed() {
      successful.set(0);
    },
  };
  metrics.succeeded();
  return metrics;
}
