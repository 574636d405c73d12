/** The metrics that rules fill: counter, gauge, histogram. Rendering is in `render-metric.ts`. */
import type { Format } from "@outrigger/runtime/metrics-text";
import { HistogramSeries, labelText, NumberSeries, type Series, type Snapshot } from "./series.ts";
import { type Budget, SeriesTable, type TableLimits } from "./table.ts";

export type MetricType = "counter" | "gauge" | "histogram";

/** What a metric is. Two metrics with the same identity may take over each other's values. */
export interface MetricSpec {
  /** The exposed name; a counter's ends in `_total`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Each series has labels of its own: `labelNames` is one name, and its value the text that `labelText` makes. */
  readonly freeLabels?: boolean;
  /** Upper bounds, rising, without `+Inf`; histograms only. */
  readonly buckets?: readonly number[];
  readonly limits: TableLimits;
}

/** The series of a metric as plain data. */
export interface MetricState {
  /** `touched` as in `Series`, with a time to live. */
  readonly series: readonly (readonly [labels: readonly string[], snapshot: Snapshot, touched?: number])[];
  readonly overflow?: Snapshot;
  /** Counters that have expired: where they go on if they come back. */
  readonly expired?: readonly (readonly [labels: readonly string[], snapshot: Snapshot])[];
}

abstract class Metric<S extends Series> {
  readonly spec: MetricSpec;
  readonly table: SeriesTable<S>;
  /** Shown in HELP; may change on a reload. */
  help: string;
  /** Whether anything changed since `cache` was filled. */
  dirty = true;
  /** The rendered family by format; kept by `render-metric.ts`. */
  readonly cache: Partial<Record<Format, readonly string[]>> = {};

  constructor(spec: MetricSpec, budget: Budget, now: () => number) {
    this.spec = spec;
    this.help = spec.help;
    const { length } = spec.labelNames;
    const resumes = spec.type !== "gauge";
    const make = (labels: readonly string[] | undefined, fresh: boolean) => this.makeSeries(labels, fresh && resumes);
    this.table = new SeriesTable<S>(length, make, budget, spec.limits, resumes, now);
    if (length === 0 && resumes) this.table.get([]);
  }

  /** A series with these labels; undefined for the overflow series. */
  protected abstract makeSeries(labels: readonly string[] | undefined, fresh: boolean): S;

  /** Every series there is, the overflow series last. Expired ones are removed first. */
  series(): readonly S[] {
    this.#sweep();
    return this.table.overflow ? [...this.table.all, this.table.overflow] : this.table.all;
  }

  /** Makes label sets exist at 0 from the start. */
  init(labelSets: readonly (readonly string[])[]): void {
    for (const labels of labelSets) this.table.born(labels);
    this.dirty = true;
  }

  dump(): MetricState {
    this.#sweep();
    const { table } = this;
    const expires = table.limits.ttl > 0;
    const expired = table.buried();
    return {
      series: table.all.map((one) =>
        expires ? ([one.labels, one.snapshot(), one.touched] as const) : ([one.labels, one.snapshot()] as const),
      ),
      ...(table.overflow && { overflow: table.overflow.snapshot() }),
      ...(expired.length > 0 && { expired }),
    };
  }

  /** Puts back what `dump` gave; the series count as shown already. */
  load(state: MetricState): void {
    for (const [labels, snapshot] of state.expired ?? []) this.table.bury(labels, snapshot);
    for (const [labels, snapshot, touched] of state.series) this.table.born(labels, snapshot, touched);
    if (state.overflow !== undefined) this.table.bornOverflow(state.overflow);
    this.dirty = true;
  }

  #sweep(): void {
    const before = this.table.all.length;
    this.table.sweep();
    if (this.table.all.length !== before) this.dirty = true;
  }

  protected textOf(labels: readonly string[] | undefined): string {
    if (labels === undefined) return 'overflow="true"';
    return this.spec.freeLabels ? (labels[0] ?? "") : labelText(this.spec.labelNames, labels);
  }
}

/** A sum that only grows. */
export class CounterMetric extends Metric<NumberSeries> {
  /** Adds `by` (not negative) to the series of these label values. */
  add(labels: readonly string[], by: number): void {
    this.table.get(labels).value += by;
    this.dirty = true;
  }

  protected makeSeries(labels: readonly string[] | undefined, fresh: boolean): NumberSeries {
    return new NumberSeries(this.spec.name, labels ?? [], this.textOf(labels), fresh);
  }
}

/** A value that goes up and down; the last one wins. */
export class GaugeMetric extends Metric<NumberSeries> {
  set(labels: readonly string[], value: number): void {
    this.table.get(labels).value = value;
    this.dirty = true;
  }

  /** Adds to the last value; from 0 when there is none. */
  change(labels: readonly string[], by: number): void {
    this.table.get(labels).value += by;
    this.dirty = true;
  }

  protected makeSeries(labels: readonly string[] | undefined): NumberSeries {
    return new NumberSeries(this.spec.name, labels ?? [], this.textOf(labels), false);
  }
}

/** A distribution over fixed buckets; bounds are inclusive. */
export class HistogramMetric extends Metric<HistogramSeries> {
  get buckets(): readonly number[] {
    return this.spec.buckets ?? [];
  }

  /** Counts an observation, `times` times. */
  observe(labels: readonly string[], value: number, times = 1): void {
    const series = this.table.get(labels);
    const { buckets } = this;
    let index = 0;
    while (index < buckets.length && value > (buckets[index] as number)) index++;
    (series.counts[index] as number) += times;
    series.sum += value * times;
    this.dirty = true;
  }

  protected makeSeries(labels: readonly string[] | undefined, fresh: boolean): HistogramSeries {
    return new HistogramSeries(labels ?? [], this.textOf(labels), this.spec.buckets?.length ?? 0, fresh);
  }
}

export type AnyMetric = CounterMetric | GaugeMetric | HistogramMetric;

/** Whether values may pass from one to the other: same name, type, labels and buckets. */
export function sameIdentity(a: MetricSpec, b: MetricSpec): boolean {
  const identity = ({ name, type, labelNames, freeLabels = false, buckets = [] }: MetricSpec) =>
    JSON.stringify([name, type, labelNames, freeLabels, buckets]);
  return identity(a) === identity(b);
}
