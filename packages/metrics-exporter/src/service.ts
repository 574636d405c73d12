import type { MetricType } from "@outrigger/exposition/metric";
import type { Log } from "@outrigger/runtime/log";
import type { Runtime, Service, Start } from "@outrigger/runtime/service";
import type { MetricsConfig } from "./config.ts";
import { Exporter, type ExposeRequest } from "./exporter.ts";
import type { Exposition } from "./exposition.ts";
import { scrapeHandler } from "./http/scrape.ts";
import { type HttpServer, serveHttp } from "./http/server.ts";
import { type LogReader, readLogs } from "./logs/reader.ts";
import { type StateKeeper, stateErrors } from "./state/keeper.ts";
import { moveState, openState } from "./state/open.ts";

/** Starts the exporter. It is ready once it listens: a backlog of lines must not keep a pod unready. */
export const start: Start<MetricsConfig> = (config, runtime): Service<MetricsConfig> => {
  const service = new ExporterService(config, runtime);
  const ready = service.begin();
  // A failed start leaves nothing open; `ready` tells about it.
  ready.catch(() => service.end());
  let stopped: Promise<number> | undefined;
  return {
    ready,
    reload: (next) => ready.then(() => service.use(next)),
    stop() {
      stopped ??= ready.catch(() => {}).then(() => service.end());
      return stopped;
    },
  };
};

class ExporterService {
  readonly #runtime: Runtime;
  readonly #log: Log;
  readonly #exporter: Exporter;
  readonly #stateErrors;
  #config: MetricsConfig;
  #server: HttpServer | undefined;
  #reader: LogReader | undefined;
  #keeper: StateKeeper | undefined;
  #phase: "starting" | "running" | "stopping" = "starting";

  constructor(config: MetricsConfig, runtime: Runtime) {
    this.#config = config;
    this.#runtime = runtime;
    this.#log = runtime.log;
    this.#exporter = new Exporter(config, runtime.metrics, runtime.log);
    this.#stateErrors = stateErrors(runtime.metrics);
  }

  async begin(): Promise<void> {
    const { engine, own, store } = this.#exporter;
    const { state } = this.#config;
    const opened =
      state === undefined
        ? undefined
        : await openState(state, store, await this.#receive(), this.#stateErrors, this.#log);
    this.#keeper = opened?.keeper;
    this.#exporter.counted = () => this.#keeper?.changed();
    this.#server = await this.#listen(this.#config.port);
    await this.#exporter.start(this.#config);
    const reader = readLogs(this.#config, engine, own, {
      log: this.#log,
      ...(opened?.resume && { resume: opened.resume }),
      advanced: () => this.#keeper?.changed(),
    });
    this.#reader = reader;
    own.lag = () => reader.lag();
    if (this.#keeper) this.#keeper.positions = () => reader.follower.checkpoint();
    if (this.#phase === "starting") this.#phase = "running";
  }

  /** Puts another configuration in force, as a whole or not at all. */
  async use(next: MetricsConfig): Promise<void> {
    const reader = this.#reader as LogReader;
    const moved = next.port === this.#config.port ? undefined : await this.#listen(next.port);
    try {
      const keeper = next.state === this.#config.state ? this.#keeper : await this.#keeperAt(next.state, reader);
      await this.#exporter.use(next);
      const left = this.#keeper;
      this.#keeper = keeper;
      if (left !== keeper) await left?.close();
    } catch (error) {
      await moved?.close();
      throw error;
    }
    reader.use(next);
    this.#keeper?.changed();
    this.#config = next;
    if (!moved) return;
    const left = this.#server;
    this.#server = moved;
    await left?.close();
  }

  async end(): Promise<number> {
    this.#phase = "stopping";
    await Promise.all([this.#server?.close(), this.#reader?.close(), this.#exporter.stop()]);
    await this.#keeper?.close();
    return 0;
  }

  async #listen(port: number): Promise<HttpServer> {
    const { tool, metrics } = this.#runtime;
    const server = await serveHttp({
      port,
      tool,
      registry: metrics,
      log: this.#log,
      ready: () => (this.#phase === "running" ? undefined : this.#phase),
      scrape: scrapeHandler((request) => this.#expose(request)),
      engine: this.#exporter.engine,
    });
    this.#log.info("listening", { port: server.port });
    return server;
  }

  /** What is shown is saved first: after a crash no scrape may show less than an earlier one. */
  async #expose(request: ExposeRequest): Promise<Exposition> {
    const exposition = await this.#exporter.expose(request);
    await this.#keeper?.save();
    return exposition;
  }

  /** Makes the metrics that StatsD received in an earlier run; undefined when it is not to receive any. */
  async #receive() {
    const { statsd, limits } = this.#config;
    if (statsd === undefined) return undefined;
    const { receivedSpec } = await import("./sources/statsd/metrics.ts");
    return (name: string, type: MetricType) => receivedSpec(name, type, limits.seriesPerMetric);
  }

  /** Keeps the state in another place; undefined for none. */
  async #keeperAt(place: string | undefined, reader: LogReader): Promise<StateKeeper | undefined> {
    if (place === undefined) return undefined;
    const positions = () => reader.follower.checkpoint();
    return moveState(place, this.#exporter.store, positions, this.#stateErrors, this.#log);
  }
}
