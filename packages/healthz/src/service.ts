import type { RequestListener } from "node:http";
import { adminRoutes, prefixed, type RouteTable } from "@outrigger/runtime/admin";
import type { Service, Start } from "@outrigger/runtime/service";
import { createCheck } from "./checks/registry.ts";
import { systemClock } from "./clock.ts";
import type { HealthConfig } from "./config.ts";
import { Endpoints } from "./endpoints.ts";
import { Health } from "./health.ts";
import { watchLoopLag } from "./loop-lag.ts";
import { HealthMetrics, showHealth } from "./metrics.ts";
import { ADMIN_PREFIX } from "./paths.ts";
import { type HealthServer, serve } from "./server.ts";

/** Starts healthz. The port opens before the first check runs: a probe always gets an answer, never a refusal. */
export const start: Start<HealthConfig> = (config, { tool, log, metrics }): Service<HealthConfig> => {
  const health = new Health({ createCheck, clock: systemClock, log, metrics: new HealthMetrics(metrics) });
  showHealth(health, metrics);
  const endpoints = new Endpoints(health, config.details, metrics);
  const lag = watchLoopLag(metrics);
  let { files, port } = config;
  let server: HealthServer | undefined;

  let pages: Promise<RequestListener> | undefined;
  const loadPages = () => {
    pages ??= import("./pages.ts").then(({ createPages }) => createPages(() => files, log));
    return pages;
  };
  const admin = adminRoutes({
    tool,
    registry: metrics,
    ready: () => (health.closed === "stopping" ? "stopping" : undefined),
  });
  const { "/metrics": metricsRoute = {}, ...about } = admin;
  const routes: RouteTable = {
    ...prefixed(ADMIN_PREFIX, about),
    [`${ADMIN_PREFIX}/drain`]: drainRoute(health),
    "/metrics": metricsRoute,
  };
  const open = (at: number) =>
    serve(at, { endpoints, routes, isFile: (path) => files.has(path), pages: loadPages, log });

  const begin = async () => {
    server = await open(port);
    log.info("listening", { port: server.port });
    health.start(config.checks);
  };
  const ready = begin();
  // `stop` waits for it as well; a failed start is reported by `ready` alone.
  const begun = ready.catch(() => lag.stop());

  let stopped: Promise<number> | undefined;
  return {
    ready,
    async reload(next) {
      const moved = next.port === port ? undefined : await open(next.port);
      await health.reload(next.checks);
      if (stopped !== undefined) return moved?.close();
      ({ files, port } = next);
      endpoints.details = next.details;
      if (moved === undefined) return;
      log.info("listening", { port: moved.port });
      const left = server;
      server = moved;
      await left?.close();
    },
    stop() {
      stopped ??= (async () => {
        lag.stop();
        const checksEnded = health.stop();
        await begun;
        await Promise.all([checksEnded, server?.close()]);
        return 0;
      })();
      return stopped;
    },
  };
};

function drainRoute(health: Health): RouteTable[string] {
  const drain = (on: boolean) => () => {
    health.drain(on);
    return { status: 200, body: `{"draining": ${on}}\n` };
  };
  return { POST: drain(true), DELETE: drain(false) };
}
