import { statSync } from "node:fs";
import { adminRoutes } from "@outrigger/runtime/admin";
import { type AdminServer, serveAdmin } from "@outrigger/runtime/admin-server";
import type { Service, Start } from "@outrigger/runtime/service";
import { CheckpointFile, loadCheckpoint } from "@outrigger/tail/checkpoint-file";
import { type Follower, follow } from "@outrigger/tail/follow";
import { type LogsConfig, warnings } from "./config.ts";
import { Outputs } from "./consumer.ts";
import { DropReport } from "./limit/drop-report.ts";
import { RateLimiter } from "./limit/rate-limiter.ts";
import { TailerMetrics } from "./metrics.ts";
import { mountWarnings } from "./mounted-files.ts";
import { Sinks } from "./output/sinks.ts";

/** How often the file of `exitWhen` is looked for. */
const exitInterval = 500;

/** Starts log-tailer: from now on it owns the process's standard output. */
export const start: Start<LogsConfig> = (config, { tool, log, metrics: registry }): Service<LogsConfig> => {
  let current = config;
  let isReady = false;
  let admin: AdminServer | undefined;
  const limiter = new RateLimiter(config.rateLimit);
  const sinks = new Sinks(limiter);
  const drops = new DropReport(log);
  const metrics = new TailerMetrics(
    registry,
    config.sources,
    () => follower.stats(),
    () => sinks.blockedSeconds,
  );
  const outputs = new Outputs(config.sources, {
    sinks,
    limiter,
    committed: (generation, position) => follower.committed(generation, position),
    written: (label, bytes) => metrics.written(label, bytes),
    dropped: (label) => {
      metrics.dropped(label, "rate_limit");
      drops.dropped(label);
    },
    lines: (source, count) => metrics.lines(source, count),
    longLine: (source, action) => metrics.longLine(source, action),
    parseError: (source) => metrics.parseError(source),
  });
  const open = (port: number) =>
    serveAdmin({
      port,
      key: "logs.admin.port",
      routes: adminRoutes({ tool, registry, ready: () => (isReady ? undefined : "the first scan is not done") }),
      log,
    });
  const opened = open(config.admin.port);

  const { sources, watch, pollInterval, rotateGrace, checkpoint, exitWhen } = config;
  const once = exitWhen === "eof";
  const follower: Follower = follow({
    sources,
    watch,
    pollInterval,
    rotateGrace,
    once,
    resume: checkpoint === undefined ? undefined : loadCheckpoint(checkpoint, log),
    // A start that fails and is repeated must not write its lines every time.
    after: opened,
    consumer: outputs,
    log,
    events: metrics.events,
  });

  const offsets =
    checkpoint === undefined ? undefined : new CheckpointFile(checkpoint, () => follower.checkpoint(), log);

  const done = Promise.withResolvers<number>();
  sinks.broken.catch((error: Error) => {
    log.error(`${error.message}; nothing more is read`);
    void follower.close();
    done.resolve(1);
  });
  follower.finished.then(
    () => stop().then(done.resolve),
    (error: Error) => {
      log.error(`reading stopped: ${error.message}`);
      done.resolve(1);
    },
  );
  let exitTimer: NodeJS.Timeout | undefined;
  const awaitExitFile = () => {
    clearInterval(exitTimer);
    const { exitWhen } = current;
    if (typeof exitWhen !== "object") return;
    exitTimer = setInterval(() => {
      if (!exists(exitWhen.file)) return;
      log.info("the file to end at is there", { file: exitWhen.file });
      clearInterval(exitTimer);
      void stop().then(done.resolve);
    }, exitInterval);
  };
  awaitExitFile();

  const ready = (async () => {
    admin = await opened;
    await follower.ready;
    for (const warning of [...warnings(config), ...mountWarnings(config.sources)]) log.warn(warning);
    // From the first moment on a restart must know which files were there, even if it is killed before any progress.
    await offsets?.save();
    isReady = true;
  })();

  let stopped: Promise<number> | undefined;
  const stop = () => {
    stopped ??= shutDown();
    return stopped;
  };
  const shutDown = async () => {
    clearInterval(exitTimer);
    const isOpen = await opened.then(
      () => true,
      () => false,
    );
    if (!isOpen) return 0;
    limiter.lift();
    const deadline = performance.now() + (once ? Number.POSITIVE_INFINITY : current.drainTimeout);
    const unread = await follower.drain({ timeout: deadline - performance.now(), quiet: current.quiet });
    const isWritten = await within(deadline, Promise.race([sinks.drained(), sinks.broken.catch(() => {})]));
    drops.close();
    await offsets?.close();
    await ready.catch(() => {});
    await admin?.close();
    if (unread.length === 0 && isWritten) return 0;
    log.error("the time to read to the end of the files is over: raise logs.drainTimeout, or read the output faster", {
      unread: Object.fromEntries(unread.map(({ file, bytes }) => [file, bytes])),
    });
    return 1;
  };

  return {
    ready,
    done: done.promise,
    async reload(next) {
      const moved = next.admin.port === current.admin.port ? admin : await open(next.admin.port);
      limiter.change(next.rateLimit);
      const draining = follower.reload(next.sources);
      const all = [...next.sources, ...draining.map((earlier) => outputs.sources[earlier]!)];
      outputs.reload(all);
      metrics.reload(all);
      current = next;
      awaitExitFile();
      if (moved === admin) return;
      const left = admin;
      admin = moved;
      await left?.close();
    },
    stop,
  };
};

/** False when the deadline, on the monotonic clock, comes before the work is done. */
async function within(deadline: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    if (deadline === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(() => resolve(false), Math.max(1, deadline - performance.now()));
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
