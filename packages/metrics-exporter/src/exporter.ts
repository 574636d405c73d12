/** What runs in every mode: the rules, their store, and the series about them. */
import { MetricStore } from "@outrigger/exposition/store";
import type { Registry } from "@outrigger/runtime/metrics";
import type { MetricsConfig } from "./config.ts";
import { maxLine } from "./logs/reader.ts";
import { OwnMetrics } from "./own-metrics.ts";
import { RuleEngine } from "./rules/engine.ts";

export class Exporter {
  readonly store: MetricStore;
  readonly own: OwnMetrics;
  readonly engine: RuleEngine;

  constructor(config: MetricsConfig, registry: Registry) {
    this.store = new MetricStore(config.limits.series);
    this.own = new OwnMetrics(registry, this.store, () => this.engine.rules);
    this.engine = new RuleEngine(this.store, this.own, maxLine);
    this.engine.use(config.rules);
  }

  /** Puts another configuration in force; what stays the same keeps its values. */
  use(config: MetricsConfig): void {
    const names = new Set(config.rules.map(({ name }) => name));
    const gone = this.engine.rules.map(({ rule }) => rule.name).filter((name) => !names.has(name));
    this.store.budget.limit = config.limits.series;
    this.engine.use(config.rules);
    this.own.forgetRules(gone);
  }
}
