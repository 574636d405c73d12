/** What runs in every mode: the rules, the sources, and the series about them. */
import { MetricStore } from "@outrigger/exposition/store";
import type { Log } from "@outrigger/runtime/log";
import type { Registry } from "@outrigger/runtime/metrics";
import type { Format } from "@outrigger/runtime/metrics-text";
import type { MetricsConfig } from "./config.ts";
import { type Exposition, expose } from "./exposition.ts";
import { maxLine } from "./logs/reader.ts";
import { OwnMetrics } from "./own-metrics.ts";
import { RuleEngine } from "./rules/engine.ts";
import { Collector } from "./sources/collector.ts";
import { planSources, type SourceContext } from "./sources/registry.ts";

/** How one exposition is asked for. */
export interface ExposeRequest {
  readonly format: Format;
  /** Whether series that were never shown are shown as 0. */
  readonly bornAtZero: boolean;
  /** Milliseconds that the client waits; undefined when it does not say. */
  readonly timeout?: number | undefined;
  /** The exporters that the request came through. */
  readonly via?: readonly string[];
}

/** Time left for merging and sending when the sources had theirs; of a very short one, half. */
const answerTime = 500;

export class Exporter {
  readonly store: MetricStore;
  readonly own: OwnMetrics;
  readonly engine: RuleEngine;
  /** Told when a source other than log files has counted something. */
  counted: () => void = () => {};
  readonly #registry: Registry;
  readonly #collector: Collector;
  readonly #context: SourceContext;
  /** Tells this exporter from all others. Not a secret, so not worth the start-up time of `node:crypto`. */
  readonly #id = Array.from({ length: 2 }, () => Math.random().toString(36).slice(2)).join("");

  constructor(config: MetricsConfig, registry: Registry, log: Log) {
    this.#registry = registry;
    this.store = new MetricStore(config.limits.series);
    this.own = new OwnMetrics(registry, this.store, () => this.engine.rules);
    this.engine = new RuleEngine(this.store, this.own, maxLine);
    this.engine.use(config.rules);
    this.#context = { store: this.store, registry, log, counted: () => this.counted() };
    this.#collector = new Collector(registry, log);
  }

  /** Begins to read the sources other than log files. */
  async start(config: MetricsConfig): Promise<void> {
    await this.#collector.use(await planSources(config, this.#context));
  }

  /** Lets every source do once what it would do in the background. */
  async once(config: MetricsConfig): Promise<void> {
    await this.#collector.once(await planSources(config, this.#context));
  }

  /** Puts another configuration in force; what stays the same keeps its values. When it rejects, nothing has changed. */
  async use(config: MetricsConfig): Promise<void> {
    // First, because a source may need a port that it cannot have.
    await this.start(config);
    const names = new Set(config.rules.map(({ name }) => name));
    const gone = this.engine.rules.map(({ rule }) => rule.name).filter((name) => !names.has(name));
    this.store.budget.limit = config.limits.series;
    await this.engine.use(config.rules);
    this.own.forgetRules(gone);
  }

  /** Renders everything there is. A request that came through this very exporter gets nothing: a ring ends here. */
  async expose({ format, bornAtZero, timeout, via = [] }: ExposeRequest): Promise<Exposition> {
    if (via.includes(this.#id)) return { body: Buffer.from(format === "openmetrics" ? "# EOF\n" : ""), zeros: [] };
    const deadline =
      timeout === undefined ? undefined : performance.now() + Math.max(timeout / 2, timeout - answerTime);
    const contributions = await this.#collector.read({ deadline, via: [...via, this.#id] });
    const { store } = this;
    const lost = this.#collector.lost.bind(this.#collector);
    return expose({ store, registry: this.#registry, format, bornAtZero, contributions, lost });
  }

  /** Ends everything that runs in the background. */
  async stop(): Promise<void> {
    this.own.close();
    this.engine.close();
    await this.#collector.close();
  }
}
