/** From StatsD lines to metrics in the store. */
import { reservedNames } from "@outrigger/exposition/merge";
import { type AnyMetric, CounterMetric, GaugeMetric, type MetricType } from "@outrigger/exposition/metric";
import { labelText } from "@outrigger/exposition/series";
import type { MetricStore } from "@outrigger/exposition/store";
import { bytesBuckets, secondsBuckets } from "../../rules/metric-kind.ts";
import { readLine, type StatsdError, type StatsdLine, type StatsdType } from "./line.ts";
import type { Mapper } from "./mapping.ts";
import { plainLine } from "./plain-line.ts";

export type RefusedReason = StatsdError | "reserved" | "type_conflict" | "limit";

const types: Record<StatsdType, MetricType> = {
  c: "counter",
  g: "gauge",
  ms: "histogram",
  h: "histogram",
  d: "histogram",
};

/** Where the values of lines with the same key go. */
interface Target {
  readonly metric: AnyMetric;
  readonly labels: readonly string[];
  readonly line: Pick<StatsdLine, "type" | "relative" | "times">;
}

/** Keys that are remembered; an application has few, an attacker many. */
const remembered = 1000;

/** Takes lines; what is wrong with one does not touch the next. */
export class StatsdMetrics {
  readonly #store: MetricStore;
  #mapper: Mapper;
  readonly #seriesPerMetric: number;
  /** Names that metrics of ours have or reserve, with the metric's own name. */
  readonly #owners = new Map<string, string>();
  readonly #targets = new Map<string, Target>();

  constructor(store: MetricStore, mapper: Mapper, seriesPerMetric: number) {
    this.#store = store;
    this.#mapper = mapper;
    this.#seriesPerMetric = seriesPerMetric;
  }

  /** Maps names differently from now on. */
  use(mapper: Mapper): void {
    this.#mapper = mapper;
    this.#targets.clear();
  }

  /** Takes one line; undefined when all is well, otherwise why it was refused. */
  take(text: string): RefusedReason | undefined {
    const plain = plainLine(text);
    const target = plain && this.#targets.get(plain.key);
    // A metric may have been removed meanwhile, by a reload.
    if (target && this.#store.get(target.metric.spec.name) === target.metric) {
      record(target, plain.value);
      return undefined;
    }
    const line = readLine(text);
    if (typeof line === "string") return line;
    const mapped = this.#mapper.map(line.name);
    if (mapped === "drop") return undefined;
    const type = types[line.type];
    const name = exposedName(mapped.name, line.type);
    const labels = labelsOf([...mapped.labels, ...line.tags], type);
    if (labels === undefined || name.startsWith("outrigger_")) return "reserved";
    const metric = this.#metric(name, type);
    if (typeof metric === "string") return metric;
    const found = { metric, labels, line };
    for (const value of line.values) record(found, value);
    if (plain) this.#remember(plain.key, found);
    return undefined;
  }

  /** Removes everything that was received. */
  clear(): void {
    for (const name of new Set(this.#owners.values())) this.#store.remove(name);
    this.#owners.clear();
    this.#targets.clear();
  }

  #remember(key: string, target: Target): void {
    if (this.#targets.size >= remembered) this.#targets.clear();
    this.#targets.set(key, target);
  }

  #metric(name: string, type: MetricType): AnyMetric | RefusedReason {
    const existing = this.#store.get(name);
    if (existing) return existing.spec.freeLabels && existing.spec.type === type ? existing : "type_conflict";
    const names = new Set([name, ...reservedNames(name, type)]);
    for (const taken of names) if ((this.#owners.get(taken) ?? name) !== name) return "type_conflict";
    for (const { spec } of this.#store.metrics()) {
      // Those of StatsD are among the owners.
      if (spec.freeLabels) continue;
      if (reservedNames(spec.name, spec.type).some((reserved) => names.has(reserved))) return "type_conflict";
    }
    // A name alone takes memory, too: without room for a series there is none for a metric.
    if (this.#store.budget.used >= this.#store.budget.limit) return "limit";
    for (const taken of names) this.#owners.set(taken, name);
    const buckets = name.endsWith("_bytes") ? bytesBuckets : secondsBuckets;
    return this.#store.declare({
      name,
      type,
      help: "Received by StatsD.",
      labelNames: ["labels"],
      freeLabels: true,
      ...(type === "histogram" && { buckets }),
      limits: { series: this.#seriesPerMetric, ttl: 0 },
    });
  }
}

function record({ metric, labels, line: { type, relative, times } }: Target, value: number): void {
  if (metric instanceof CounterMetric) metric.add(labels, value * times);
  else if (metric instanceof GaugeMetric) relative ? metric.change(labels, value) : metric.set(labels, value);
  else metric.observe(labels, type === "ms" ? value / 1000 : value, Math.max(1, Math.round(times)));
}

function exposedName(name: string, type: StatsdType): string {
  const valid = validName(name);
  if (type === "c") return valid.endsWith("_total") ? valid : `${valid}_total`;
  if (type === "ms") return valid.endsWith("_seconds") ? valid : `${valid}_seconds`;
  return valid;
}

function validName(name: string): string {
  const valid = name.replace(/[^a-zA-Z0-9_]/g, "_");
  return /^\d/.test(valid) ? `_${valid}` : valid;
}

/** The label set as text, in the order of its names; undefined when a name is reserved. */
function labelsOf(tags: readonly (readonly [string, string])[], type: MetricType): [string] | undefined {
  if (tags.length === 0) return [""];
  const labels = new Map<string, string>();
  for (const [key, value] of tags) {
    const name = validName(key);
    if (name.startsWith("__") || name === "overflow" || (name === "le" && type === "histogram")) return undefined;
    if (!labels.has(name)) labels.set(name, value);
  }
  const names = [...labels.keys()].sort();
  return [
    labelText(
      names,
      names.map((name) => labels.get(name) ?? ""),
    ),
  ];
}
