/** `--once`: reads what is there, prints the exposition, and ends. */
import { stat } from "node:fs/promises";
import { RuntimeFailure } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { Service, Start } from "@outrigger/runtime/service";
import { isLiteral } from "@outrigger/tail/glob";
import type { MetricsConfig } from "./config.ts";
import { Exporter } from "./exporter.ts";
import { readLogs } from "./logs/reader.ts";

/**
 * Starts a single pass. It shows real values: there is no second scrape for which a first one would need zeros. Stopped before
 * its end it prints nothing, for a part would look like the whole.
 */
export const startOnce: Start<MetricsConfig> = (config, { log, metrics }): Service<MetricsConfig> => {
  const exporter = new Exporter(config, metrics, log);
  let isStopped = false;
  const run = async () => {
    await requireFiles(config);
    const reader = readLogs(config, exporter.engine, exporter.own, { log, once: true });
    await Promise.all([exporter.once(config), reader.follower.finished]);
    await reader.close();
    if (isStopped) return 1;
    const { body } = await exporter.expose({ format: "text", bornAtZero: false });
    await exporter.stop();
    await print(body.toString());
    return 0;
  };
  const done = run();
  return {
    ready: done.then(() => {}),
    done,
    async stop() {
      isStopped = true;
      log.warn("stopped before everything was read; nothing is printed");
      await exporter.stop();
      return 1;
    },
  };
};

/** A path without glob characters that is not there is a mistake that a pass without watching would hide. */
async function requireFiles({ sources }: MetricsConfig): Promise<void> {
  for (const file of sources.flatMap(({ files }) => files)) {
    if (!isLiteral(file)) continue;
    await stat(file).catch((cause: unknown) => {
      throw new RuntimeFailure("missing-file", `cannot read ${file}: there is no such file; name one that exists`, {
        cause,
      });
    });
  }
}
