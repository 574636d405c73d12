import type { Service, Start } from "@outrigger/runtime/service";
import type { MetricsConfig } from "./config.ts";
import { Exporter } from "./exporter.ts";
import { expose } from "./exposition.ts";
import { scrapeHandler } from "./http/scrape.ts";
import { type HttpServer, serveHttp } from "./http/server.ts";
import { readLogs } from "./logs/reader.ts";

/** Starts the exporter. It is ready once it listens: a backlog of lines must not keep a pod unready. */
export const start: Start<MetricsConfig> = (config, { tool, log, metrics }): Service<MetricsConfig> => {
  const exporter = new Exporter(config, metrics);
  const { engine, own, store } = exporter;
  let { port } = config;
  let server: HttpServer | undefined;
  let stopping = false;

  const open = (at: number) =>
    serveHttp({
      port: at,
      tool,
      registry: metrics,
      log,
      ready: () => (stopping ? "stopping" : undefined),
      scrape: scrapeHandler((format) =>
        expose({ store, registry: metrics, format, bornAtZero: true, contributions: [], lost: () => {} }),
      ),
    });

  const begin = async () => {
    server = await open(port);
    log.info("listening", { port: server.port });
    return readLogs(config, engine, own, { log });
  };
  const following = begin();
  const ready = following.then(() => {});
  following.catch(() => own.close());

  let stopped: Promise<number> | undefined;
  return {
    ready,
    async reload(next) {
      const reader = await following;
      const moved = next.port === port ? undefined : await open(next.port);
      port = next.port;
      exporter.use(next);
      reader.use(next);
      if (!moved) return;
      log.info("listening", { port: moved.port });
      const left = server;
      server = moved;
      await left?.close();
    },
    stop() {
      stopping = true;
      stopped ??= (async () => {
        const reader = await following.catch(() => undefined);
        await Promise.all([reader?.close(), server?.close()]);
        own.close();
        return 0;
      })();
      return stopped;
    },
  };
};
