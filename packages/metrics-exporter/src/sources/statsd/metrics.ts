/** From StatsD lines to metrics in the store. */
import { reservedNames } from "@outrigger/exposition/merge";
import {
  type AnyMetric,
  CounterMetric,
  GaugeMetric,
  type MetricSpec,
  type MetricType,
} from "@outrigger/exposition/metric";
import { labelText } from "@outrigger/exposition/series";
import type { MetricStore } from "@outrigger/exposition/store";
import { bytesBuckets, secondsBuckets } from "../../rules/metric-kind.ts";
import { readLine, type StatsdError, type StatsdLine, type StatsdType } from "./line.ts";
import { Mapper } from "./mapping.ts";
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

/** A metric whose labels StatsD brings along. */
export function receivedSpec(name: string, type: MetricType, seriesPerMetric: number): MetricSpec {
  const buckets = name.endsWith("_bytes") ? bytesBuckets : secondsBuckets;
  return {
    name,
    type,
    help: "Received by StatsD.",
    labelNames: ["labels"],
    freeLabels: true,
    ...(type === "histogram" && { buckets }),
    limits: { series: seriesPerMetric, ttl: 0 },
  };
}

/** Takes lines; what is wrong with one does not touch the next. */
export class StatsdMetrics {
  readonly #store: MetricStore;
  #mapper = new Mapper([]);
  #seriesPerMetric = 0;
  /** Listeners that fill these metrics. */
  #listeners = 0;
  /** Names that metrics of ours have or reserve, with the metric's own name. */
  readonly #owners = new Map<string, string>();
  readonly #targets = new Map<string, Target>();

  /** @param store may hold what an earlier run has received. */
  constructor(store: MetricStore) {
    this.#store = store;
    for (const { spec } of store.metrics()) {
      if (!spec.freeLabels) continue;
      for (const taken of [spec.name, ...reservedNames(spec.name, spec.type)]) this.#owners.set(taken, spec.name);
    }
  }

  /** Maps names differently, and bounds metrics differently, from now on. */
  use(mapper: Mapper, seriesPerMetric: number): void {
    this.#mapper = mapper;
    this.#seriesPerMetric = seriesPerMetric;
    this.#targets.clear();
    for (const { table } of this.#metrics()) table.limits = { series: seriesPerMetric, ttl: 0 };
  }

  /** Another listener begins to fill these metrics. */
  join(): void {
    this.#listeners++;
  }

  /** A listener has ended. With the last one goes what was received: nobody keeps it up to date any more. */
  leave(): void {
    this.#listeners--;
    if (this.#listeners > 0) return;
    for (const { spec } of this.#metrics()) this.#store.remove(spec.name);
    this.#owners.clear();
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

  /** Those that no rule has taken the name of meanwhile. */
  #metrics(): AnyMetric[] {
    const found = [...new Set(this.#owners.values())].map((name) => this.#store.get(name));
    return found.filter((metric) => metric !== undefined && metric.spec.freeLabels === true) as AnyMetric[];
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
    return this.#store.declare(receivedSpec(name, type, this.#seriesPerMetric));
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
