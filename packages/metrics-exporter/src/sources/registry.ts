/** All kinds of sources, in the order in which they are merged. */
import type { MetricStore } from "@outrigger/exposition/store";
import type { Log } from "@outrigger/runtime/log";
import type { Registry } from "@outrigger/runtime/metrics";
import { Secret } from "@outrigger/runtime/secrets";
import type { MetricsConfig } from "../config.ts";
import type { Source } from "./source.ts";
import type { StatsdMetrics } from "./statsd/metrics.ts";

/** A source that is to run. The same key, twice in a row, means that the one that runs already may go on. */
export interface PlannedSource {
  readonly key: string;
  make(): Source | Promise<Source>;
  /** Applies what has changed without needing another. */
  refresh?(): void;
}

/** What sources may need beside their configuration. */
export interface SourceContext {
  readonly store: MetricStore;
  readonly registry: Registry;
  readonly log: Log;
  /** To be told when a source has changed metrics in the store. */
  counted(): void;
}

/** What StatsD has counted, by the store that it is in. */
const received = new WeakMap<MetricStore, StatsdMetrics>();

type Plan = (config: MetricsConfig, context: SourceContext) => Promise<PlannedSource[]>;

// Loaded when they are used: most exporters read nothing but log files.
const kinds: readonly Plan[] = [
  async ({ json }) => {
    if (json.length === 0) return [];
    const { JsonSource } = await import("./json.ts");
    return plan("json", json, (config) => new JsonSource(config));
  },
  async ({ textfiles }) => {
    if (textfiles.length === 0) return [];
    const { TextfilesSource } = await import("./textfiles.ts");
    return plan("textfiles", textfiles, (config) => new TextfilesSource(config));
  },
  async ({ processes }, { registry, log }) => {
    if (processes.length === 0) return [];
    const { namespaceGauge, ProcessesSource } = await import("./processes/source.ts");
    const key = `processes ${JSON.stringify(processes.map(({ name, match }) => [name, match.source]))}`;
    return [{ key, make: () => new ProcessesSource(processes, once(registry, namespaceGauge), log) }];
  },
  async ({ scrape }) => {
    if (scrape.length === 0) return [];
    const { ScrapeSource } = await import("./scrape.ts");
    return plan("scrape", scrape, (config) => new ScrapeSource(config));
  },
  async ({ statsd, limits }, { store, registry, counted }) => {
    if (statsd === undefined) return [];
    const [{ Mapper }, { StatsdMetrics }, { registerStatsd, StatsdSource }] = await Promise.all([
      import("./statsd/mapping.ts"),
      import("./statsd/metrics.ts"),
      import("./statsd/source.ts"),
    ]);
    const { listen: host, port, mappings } = statsd;
    // What was received outlives the listener when only its port changes.
    const metrics = received.get(store) ?? new StatsdMetrics(store);
    received.set(store, metrics);
    const refresh = () => metrics.use(new Mapper(mappings), limits.seriesPerMetric);
    return [
      {
        // The port can be had only once.
        key: `statsd ${host} ${port}`,
        async make() {
          const source = new StatsdSource({ host, port }, metrics, once(registry, registerStatsd), counted);
          await source.open();
          refresh();
          return source;
        },
        refresh,
      },
    ];
  },
  async ({ probes }) => {
    const entries = Object.entries(probes);
    if (entries.length === 0) return [];
    const { ProbeSource } = await import("./probe.ts");
    return plan("probe", entries, ([name, config]) => new ProbeSource(name, config));
  },
  async ({ exec }) => {
    if (exec.length === 0) return [];
    const { ExecSource } = await import("./exec.ts");
    return plan("exec", exec, (config) => new ExecSource(config));
  },
];

/** The sources of a configuration, not yet made. */
export async function planSources(config: MetricsConfig, context: SourceContext): Promise<PlannedSource[]> {
  return (await Promise.all(kinds.map((kind) => kind(config, context)))).flat();
}

function plan<C>(kind: string, configs: readonly C[], make: (config: C) => Source): PlannedSource[] {
  return configs.map((config, index) => ({ key: `${kind} ${index} ${identityOf(config)}`, make: () => make(config) }));
}

/** A text that is the same for equal configurations; secrets are part of it as digests. */
function identityOf(config: unknown): string {
  return JSON.stringify(config, function (this: Record<string, unknown>, key, value: unknown) {
    const original = this[key];
    if (!(original instanceof Secret)) return value;
    // Few configurations have secrets, and loading it takes 6 ms.
    const { createHash } = process.getBuiltinModule("node:crypto");
    return createHash("sha256").update(original.reveal()).digest("hex");
  });
}

const registered = new WeakMap<Registry, Map<unknown, unknown>>();

/** What `register` adds to the registry, added only once, however often a kind of source is configured anew. */
function once<T>(registry: Registry, register: (registry: Registry) => T): T {
  const known = registered.get(registry) ?? new Map<unknown, unknown>();
  registered.set(registry, known);
  if (!known.has(register)) known.set(register, register(registry));
  return known.get(register) as T;
}
