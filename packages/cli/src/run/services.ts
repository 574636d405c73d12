import { reportError } from "@outrigger/runtime/exit";
import { type Loaded, type LoadOptions, loadSection } from "@outrigger/runtime/load";
import { createLog, type Log, type LogOptions } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { registerBuildInfo, registerReloadMetrics } from "@outrigger/runtime/metrics-common";
import { keepReloading } from "@outrigger/runtime/reload";
import type { Section } from "@outrigger/runtime/section";
import type { Service, Start } from "@outrigger/runtime/service";
import { version } from "@outrigger/runtime/version";
import type { Sections } from "../configuration.ts";
import { type ServiceKey, tools } from "../sections.ts";

/** The order of native sidecars: the log-tailer is first, so that it stops last. */
const order: readonly ServiceKey[] = ["logs", "egress", "health", "metrics"];

/** One tool of this process. */
export interface RunningTool {
  readonly name: string;
  readonly log: Log;
  readonly service: Service<unknown>;
  /** From now on the configuration is reloaded. */
  keepReloading(): { stop(): void };
}

/** Starts the tools of all sections present. They are working once each `service.ready` has resolved. */
export async function startServices(
  sections: Sections,
  load: LoadOptions,
  logOptions: LogOptions,
): Promise<RunningTool[]> {
  const present = order.filter((key) => sections[key] !== undefined);
  return Promise.all(
    present.map(async (key) => {
      const { name, section, start } = tools[key];
      const parts = { section: await section(), start: await start(), loaded: sections[key] };
      return startTool(name, parts as Parts<unknown>, load, createLog(name, logOptions));
    }),
  );
}

interface Parts<C> {
  section: Section<C>;
  start: Start<C>;
  loaded: Loaded<C>;
}

function startTool<C>(tool: string, { section, start, loaded }: Parts<C>, load: LoadOptions, log: Log): RunningTool {
  const metrics = new Registry();
  registerBuildInfo(metrics, tool);
  const reloads = registerReloadMetrics(metrics);
  const service = start(loaded.config, { tool, version, log, metrics });
  const reload = () => loadSection(section, { ...load, inForce: loaded });
  return {
    name: tool,
    log,
    service: service as Service<unknown>,
    keepReloading: () => keepReloading({ service, loaded, load: reload, metrics: reloads, log }),
  };
}

/**
 * Stops the tools one after the other, in reverse order of their start, as the kubelet stops native sidecars. Resolves with
 * the highest of their exit statuses.
 */
export async function stopServices(running: readonly RunningTool[]): Promise<number> {
  let worst = 0;
  for (const { service, log } of [...running].reverse()) {
    try {
      worst = Math.max(worst, await service.stop());
    } catch (error) {
      worst = Math.max(worst, reportError(log, error));
    }
  }
  return worst;
}
