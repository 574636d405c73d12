import { Resolver } from "@outrigger/net/resolve";
import { adminRoutes } from "@outrigger/runtime/admin";
import { type AdminServer, serveAdmin } from "@outrigger/runtime/admin-server";
import type { Runtime, Service, Start } from "@outrigger/runtime/service";
import { adminPages } from "./admin-pages.ts";
import { Complaint } from "./complaint.ts";
import { type EgressConfig, warnings } from "./config.ts";
import type { Engine } from "./engine.ts";
import { Journal } from "./journal.ts";
import { Listeners } from "./listeners.ts";
import { OwnListeners } from "./own-listeners.ts";
import { Connections } from "./proxy/connections.ts";
import { isStandIn } from "./routes/stand-in.ts";
import { createSnapshot } from "./snapshot.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";
import { UpstreamPool } from "./upstream/pool.ts";

/** How often idle connections are looked for while the last requests run, in milliseconds. */
const DRAIN_STEP = 50;
/** A connection this old without a byte is a spare one of a client's pool, not the start of a request. */
const UNUSED_AGE = 200;
/** The same while others are busy: the end has to wait anyway, and on a busy machine a first byte may take its time. */
const UNUSED_AGE_MEANWHILE = 5000;

/** How long the end of the process waits for audit records of what ended just before it, in milliseconds. */
const RECORD_TIME = 200;

/** Starts the proxy in this process (contract section 7). */
export const start: Start<EgressConfig> = (config, runtime) => new EgressService(config, runtime);

class EgressService implements Service<EgressConfig> {
  readonly ready: Promise<void>;
  readonly #runtime: Runtime;
  readonly #engine: Engine;
  readonly #own = new OwnListeners();
  readonly #connections = new Connections(() => this.#complainOfShortage());
  readonly #listeners: Listeners;
  #admin: AdminServer | undefined;
  #isReady = false;
  readonly #shortage = new Complaint();
  #stopped: Promise<number> | undefined;

  constructor(config: EgressConfig, runtime: Runtime) {
    this.#runtime = runtime;
    const telemetry = createTelemetry(runtime.metrics, {
      connections: () => ({ client: this.#connections.size, upstream: this.#engine.pool.size }),
      ejected: () =>
        this.#engine.snapshot.activeRoutes.map(({ route, balancer }) => ({
          route: route.from.text,
          count: balancer.members.filter(({ ejectedUntil }) => ejectedUntil !== undefined).length,
        })),
    });
    countDropped(runtime);
    this.#engine = {
      log: runtime.log,
      telemetry,
      journal: new Journal(),
      unfinished: 0,
      mark: `outrigger-${Math.random().toString(16).slice(2, 10)}`,
      snapshot: createSnapshot(config, this.#own),
      resolver: this.#createResolver(config, telemetry),
      pool: new UpstreamPool({ idleTimeout: config.timeouts.idle, onDial: telemetry.dialled }),
    };
    this.#listeners = new Listeners(this.#engine, this.#connections, this.#own);
    this.ready = this.#start(config);
  }

  async reload(config: EgressConfig): Promise<void> {
    const { telemetry, snapshot } = this.#engine;
    const before = snapshot.config;
    const next = createSnapshot(config, this.#own, snapshot.activeRoutes);
    const change = await this.#listeners.prepare(config);
    try {
      if (config.admin.port !== before.admin.port) await this.#replaceAdmin(config);
    } catch (error) {
      await change.abandon();
      throw error;
    }
    if (config.dns.servers.join() !== before.dns.servers.join()) {
      this.#engine.resolver = this.#createResolver(config, telemetry);
    }
    if (config.timeouts.idle !== before.timeouts.idle) {
      this.#engine.pool.close();
      this.#engine.pool = new UpstreamPool({ idleTimeout: config.timeouts.idle, onDial: telemetry.dialled });
    }
    change.commit();
    this.#engine.snapshot = next;
    telemetry.forgetOthers(config);
    this.#announce();
  }

  #createResolver({ dns }: EgressConfig, { lookedUp }: Telemetry): Resolver {
    return new Resolver({
      servers: dns.servers,
      onLookup: lookedUp,
      isStandIn: (address) => isStandIn(this.#engine.snapshot.config.routes, address),
    });
  }

  #complainOfShortage(): void {
    if (!this.#shortage.isDue()) return;
    this.#engine.log.error("refused a connection: no file descriptors are left for it; raise the limit (ulimit -n)", {
      connections: this.#connections.size,
    });
  }

  stop(): Promise<number> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(config: EgressConfig): Promise<void> {
    try {
      const change = await this.#listeners.prepare(config);
      change.commit();
      await this.#replaceAdmin(config);
    } catch (error) {
      this.#listeners.close();
      this.#engine.pool.close();
      throw error;
    }
    this.#isReady = true;
    this.#announce();
  }

  async #replaceAdmin(config: EgressConfig): Promise<void> {
    const { tool, log, metrics } = this.#runtime;
    const routes = {
      ...adminRoutes({ tool, registry: metrics, ready: () => this.#notReady() }),
      ...adminPages(this.#engine.journal),
    };
    const next = await serveAdmin({ port: config.admin.port, key: "egress.admin.port", routes, log });
    if (this.#admin) {
      this.#own.remove({ address: "::", port: this.#admin.port });
      void this.#admin.close();
    }
    this.#admin = next;
    if (next) this.#own.add({ address: "::", port: next.port });
  }

  #notReady(): string | undefined {
    if (this.#stopped) return "stopping";
    return this.#isReady ? undefined : "starting";
  }

  #announce(): void {
    const { log, snapshot } = this.#engine;
    const { mode, allow, routes } = snapshot.config;
    const addresses = this.#listeners.addresses.map(({ address, port, family }) =>
      family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`,
    );
    log.info("listening", { addresses, mode, rules: allow.length, routes: routes.length });
    for (const warning of warnings(snapshot.config)) log.warn(warning);
  }

  /** Serves on while connections are busy; the application may still have calls to make in its own shutdown. */
  async #stop(): Promise<number> {
    const { log, snapshot } = this.#engine;
    let isOver = false;
    const empty = this.#connections.whenEmpty().then(() => {
      isOver = true;
    });
    const deadline = performance.now() + snapshot.config.drainTimeout;
    while (!isOver && performance.now() < deadline) {
      this.#listeners.retire();
      this.#connections.closeUnused(this.#connections.hasUsed ? UNUSED_AGE_MEANWHILE : UNUSED_AGE);
      await Promise.race([empty, pause(DRAIN_STEP)]);
    }
    this.#listeners.close();
    const cut = this.#connections.cutAll();
    if (cut > 0)
      log.warn("cut connections that were still busy at the end of egress.drainTimeout", { connections: cut });
    await this.#allRecorded();
    this.#engine.pool.close();
    this.#engine.resolver.close();
    await this.#admin?.close();
    return 0;
  }

  /** What has just ended gets its audit record when its upstream connection has closed too. */
  async #allRecorded(): Promise<void> {
    const deadline = performance.now() + RECORD_TIME;
    while (this.#engine.unfinished > 0 && performance.now() < deadline) await pause(1);
  }
}

/** Audit records are dropped rather than make traffic wait for a stderr that takes no more; a number says that some are missing. */
function countDropped({ log, metrics }: Runtime): void {
  let counted = 0;
  const help = "Log records, audit records among them, that stderr did not take.";
  metrics.counter("outrigger_egress_log_dropped_total", help, [], (counter) => {
    counter.inc(log.dropped - counted);
    counted = log.dropped;
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
