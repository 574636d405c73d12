import { RuntimeFailure } from "@outrigger/runtime/errors";
import { type Loaded, type LoadOptions, loadSection } from "@outrigger/runtime/load";
import { createLog, type LogOptions } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { registerReloadMetrics } from "@outrigger/runtime/metrics-common";
import { keepReloading } from "@outrigger/runtime/reload";
import type { Configuration } from "../sections.ts";
import { tools } from "../sections.ts";

type MergeConfig = NonNullable<Configuration["config"]>;

/** The outcome of the merge that comes before everything else. */
export interface Merged {
  /** config-merge's exit status. */
  readonly status: number;
  /** From now on a changed configuration is merged again. */
  keepReloading(): { stop(): void };
}

/** Writes the outputs of the `config` section once. */
export async function mergeConfiguration(
  loaded: Loaded<MergeConfig>,
  load: LoadOptions,
  logOptions: LogOptions,
): Promise<Merged> {
  const { mergeOnce } = await import("@outrigger/config-merge/service");
  const section = await tools.config.section();
  const log = createLog(tools.config.name, logOptions);
  const status = await mergeOnce(loaded, log);

  let next = loaded;
  const merging = {
    ready: Promise.resolve(),
    async reload() {
      if ((await mergeOnce(next, log)) === 0) return;
      throw new RuntimeFailure("merge_failed", "the outputs stay as they are");
    },
    stop: async () => 0,
  };
  return {
    status,
    keepReloading: () =>
      keepReloading({
        service: merging,
        loaded,
        load: async () => {
          next = await loadSection(section, { ...load, inForce: loaded });
          return next;
        },
        metrics: registerReloadMetrics(new Registry()),
        log,
      }),
  };
}
