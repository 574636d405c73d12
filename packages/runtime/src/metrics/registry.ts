import { type Format, renderFamilies } from "./text.ts";

export type LabelPairs = readonly (readonly [name: string, value: string])[];

export interface Sample {
  /** What follows the family's name: ``, `_bucket`, `_sum`, `_count`. */
  suffix: string;
  labels: LabelPairs;
  value: number;
}

/** One metric with all its series, as data. `name` is the exposed name; a counter's ends in `_total`. */
export interface Family {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  samples: Sample[];
}

/** A number that one series exposes. */
class Value {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  /** Adds `by`; a counter only ever grows. */
  inc(by = 1): void {
    this.#value += by;
  }

  /** Gauges only. */
  set(value: number): void {
    this.#value = value;
  }

  samples(labels: LabelPairs): Sample[] {
    return [{ suffix: "", labels, value: this.#value }];
  }
}

class Distribution {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  /** Counts one observation; a bound is inclusive. */
  observe(value: number): void {
    this.#sum += value;
    this.#count += 1;
    const index = this.#bounds.findIndex((bound) => value <= bound);
    if (index >= 0) this.#counts[index]! += 1;
  }

  samples(labels: LabelPairs): Sample[] {
    let cumulative = 0;
    const buckets = this.#bounds.map((bound, index): Sample => {
      cumulative += this.#counts[index]!;
      return { suffix: "_bucket", labels: [...labels, ["le", String(bound)]], value: cumulative };
    });
    return [
      ...buckets,
      { suffix: "_bucket", labels: [...labels, ["le", "+Inf"]], value: this.#count },
      { suffix: "_sum", labels, value: this.#sum },
      { suffix: "_count", labels, value: this.#count },
    ];
  }
}

/** A metric: one series per combination of label values, made at its first use and shown from then on. */
class Metric<Series extends Value | Distribution> {
  readonly name: string;
  readonly help: string;
  readonly type: Family["type"];
  readonly #labelNames: readonly string[];
  readonly #create: () => Series;
  readonly #series = new Map<string, { labels: LabelPairs; series: Series }>();

  constructor(type: Family["type"], name: string, help: string, labelNames: readonly string[], create: () => Series) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    this.#create = create;
    if (labelNames.length === 0) this.labels();
  }

  /** The series with these values, in the order of the label names. Keep it where it is used often. */
  labels(...values: string[]): Series {
    const key = values.join("\u0000");
    let entry = this.#series.get(key);
    if (entry === undefined) {
      entry = { labels: this.#labelNames.map((name, index) => [name, values[index] ?? ""]), series: this.#create() };
      this.#series.set(key, entry);
    }
    return entry.series;
  }

  /** Forgets the series with these values. */
  remove(...values: string[]): void {
    this.#series.delete(values.join("\u0000"));
  }

  /** Forgets the series whose values, in the order of the label names, `keep` turns down. */
  retain(keep: (...values: string[]) => boolean): void {
    for (const [key, { labels }] of this.#series) {
      if (!keep(...labels.map(([, value]) => value))) this.#series.delete(key);
    }
  }

  /** Forgets every series. */
  clear(): void {
    this.#series.clear();
  }

  family(): Family {
    const samples = [...this.#series.values()].flatMap(({ labels, series }) => series.samples(labels));
    return { name: this.name, help: this.help, type: this.type, samples };
  }
}

/** A count that only grows. */
export class Counter extends Metric<Value> {
  /** Adds to the series without labels. */
  inc(by = 1): void {
    this.labels().inc(by);
  }
}

/** A number that goes up and down. */
export class Gauge extends Metric<Value> {
  /** Sets the series without labels. */
  set(value: number): void {
    this.labels().set(value);
  }
}

/** A distribution over fixed buckets. */
export class Histogram extends Metric<Distribution> {
  /** Observes in the series without labels. */
  observe(value: number): void {
    this.labels().observe(value);
  }
}

/** A tool's own metrics. Small on purpose: an application's series belong into `packages/exposition`. */
export class Registry {
  readonly #metrics = new Map<string, { metric: Counter | Gauge | Histogram; collect?: (() => void) | undefined }>();

  /** A counter; its name ends in `_total`. `collect` brings it up to date before it is shown. */
  counter(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    collect?: (counter: Counter) => void,
  ): Counter {
    const counter = new Counter("counter", name, help, labelNames, () => new Value());
    return this.#add(counter, collect && (() => collect(counter)));
  }

  /** A gauge; `collect` brings it up to date before it is shown. */
  gauge(name: string, help: string, labelNames: readonly string[] = [], collect?: (gauge: Gauge) => void): Gauge {
    const gauge = new Gauge("gauge", name, help, labelNames, () => new Value());
    return this.#add(gauge, collect && (() => collect(gauge)));
  }

  /** A histogram over these upper bounds, in rising order, without `+Inf`. */
  histogram(name: string, help: string, buckets: readonly number[], labelNames: readonly string[] = []): Histogram {
    return this.#add(new Histogram("histogram", name, help, labelNames, () => new Distribution(buckets)));
  }

  /** Everything as data, sorted by name. */
  families(): Family[] {
    const entries = [...this.#metrics.values()];
    for (const { collect } of entries) collect?.();
    return entries.map(({ metric }) => metric.family()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Everything as a complete exposition. */
  render(format: Format): string {
    return renderFamilies(this.families(), format);
  }

  #add<M extends Counter | Gauge | Histogram>(metric: M, collect?: () => void): M {
    if (this.#metrics.has(metric.name)) throw new Error(`metric ${metric.name} is registered twice`);
    this.#metrics.set(metric.name, { metric, collect });
    return metric;
  }
}
