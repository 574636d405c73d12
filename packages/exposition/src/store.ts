/** All metrics that are filled by events, under one bound for the number of series. */
import {
  type AnyMetric,
  CounterMetric,
  GaugeMetric,
  HistogramMetric,
  type MetricSpec,
  sameIdentity,
} from "./metric.ts";
import type { Budget } from "./table.ts";

/** A store of metrics by exposed name. */
export class MetricStore {
  readonly budget: Budget;
  readonly #now: () => number;
  readonly #metrics = new Map<string, AnyMetric>();

  /** @param series most series of all metrics together; what is beyond goes to the overflow series. */
  constructor(series: number, now: () => number = Date.now) {
    this.budget = { limit: series, used: 0 };
    this.#now = now;
  }

  get(name: string): AnyMetric | undefined {
    return this.#metrics.get(name);
  }

  /** The metric of this name: the existing one with its values if it is the same metric, otherwise a new one. */
  declare(spec: MetricSpec & { type: "counter" }): CounterMetric;
  declare(spec: MetricSpec & { type: "gauge" }): GaugeMetric;
  declare(spec: MetricSpec & { type: "histogram" }): HistogramMetric;
  declare(spec: MetricSpec): AnyMetric;
  declare(spec: MetricSpec): AnyMetric {
    const existing = this.#metrics.get(spec.name);
    if (existing && sameIdentity(existing.spec, spec)) {
      existing.table.limits = spec.limits;
      existing.help = spec.help;
      existing.dirty = true;
      return existing;
    }
    existing?.table.release();
    const metric = create(spec, this.budget, this.#now);
    this.#metrics.set(spec.name, metric);
    return metric;
  }

  remove(name: string): void {
    this.#metrics.get(name)?.table.release();
    this.#metrics.delete(name);
  }

  /** All metrics in order of declaration. */
  metrics(): IterableIterator<AnyMetric> {
    return this.#metrics.values();
  }
}

function create(spec: MetricSpec, budget: Budget, now: () => number): AnyMetric {
  if (spec.type === "counter") return new CounterMetric(spec, budget, now);
  if (spec.type === "gauge") return new GaugeMetric(spec, budget, now);
  return new HistogramMetric(spec, budget, now);
}
