import type { Service, Start } from "@outrigger/runtime/service";
import type { MetricsConfig } from "./config.ts";
import { Exporter } from "./exporter.ts";
import { scrapeHandler } from "./http/scrape.ts";
import { type HttpServer, serveHttp } from "./http/server.ts";
import { readLogs } from "./logs/reader.ts";

/** Starts the exporter. It is ready once it listens: a backlog of lines must not keep a pod unready. */
export const start: Start<MetricsConfig> = (config, { tool, log, metrics }): Service<MetricsConfig> => {
  const exporter = new Exporter(config, metrics, log);
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
      scrape: scrapeHandler((request) => exporter.expose(request)),
    });

  const begin = async () => {
    server = await open(port);
    log.info("listening", { port: server.port });
    await exporter.start(config);
    return readLogs(config, exporter.engine, exporter.own, { log });
  };
  const following = begin();
  const ready = following.then(() => {});
  following.catch(() => exporter.stop());

  let stopped: Promise<number> | undefined;
  return {
    ready,
    async reload(next) {
      const reader = await following;
      const moved = next.port === port ? undefined : await open(next.port);
      port = next.port;
      await exporter.use(next);
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
        await Promise.all([reader?.close(), server?.close(), exporter.stop()]);
        return 0;
      })();
      return stopped;
    },
  };
};
