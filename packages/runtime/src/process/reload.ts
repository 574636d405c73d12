import type { Loaded } from "../config/load.ts";
import { contentOf, watchFile } from "../config/watch.ts";
import type { Log } from "../log.ts";
import type { ReloadMetrics } from "../metrics/common.ts";
import { reportError } from "./exit.ts";
import type { Service } from "./service.ts";

export interface Reloading<C> {
  service: Service<C>;
  /** The configuration that the service was started with. */
  loaded: Loaded<C>;
  load(): Promise<Loaded<C>>;
  metrics: ReloadMetrics;
  log: Log;
}

/**
 * Reloads a service on SIGHUP and when its configuration file changes. A bad configuration is logged and counted, and the one
 * in force stays. One reload at a time; what happens meanwhile leads to one more.
 */
export function keepReloading<C>({ service, loaded, load, metrics, log }: Reloading<C>): { stop(): void } {
  // What was read last, good or bad: a bad file is reported once, not at every look.
  let seen: string | undefined = loaded.text;
  let running: Promise<void> | undefined;
  let again = false;

  const reload = async () => {
    try {
      const next = await load();
      seen = next.text;
      await service.reload?.(next.config);
      metrics.succeeded();
      log.info("configuration reloaded", { file: next.file });
    } catch (error) {
      metrics.failed();
      log.error("the new configuration is refused; the one in force stays");
      reportError(log, error);
    }
  };
  const request = () => {
    if (running) {
      again = true;
      return;
    }
    running = reload().finally(() => {
      running = undefined;
      if (again) {
        again = false;
        request();
      }
    });
  };

  const { file } = loaded;
  const hangUp = () => {
    // Should the file turn out bad, it is not reported again when the watch sees it, and the one before it is news.
    if (file !== undefined) seen = contentOf(file);
    request();
  };
  process.on("SIGHUP", hangUp);
  const watch =
    file === undefined
      ? undefined
      : watchFile(
          file,
          () => seen,
          (text) => {
            seen = text;
            request();
          },
        );
  return {
    stop() {
      process.off("SIGHUP", hangUp);
      watch?.close();
    },
  };
}
