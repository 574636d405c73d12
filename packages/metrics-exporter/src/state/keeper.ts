/** Keeps the state file up to date: once a second while something changes, and before newer values are shown. */
import { type MetricSpec, type MetricType, sameIdentity } from "@outrigger/exposition/metric";
import type { MetricStore } from "@outrigger/exposition/store";
import type { Log } from "@outrigger/runtime/log";
import type { Counter, Registry } from "@outrigger/runtime/metrics";
import type { Checkpoint } from "@outrigger/tail/follow";
import type { StateFile } from "./file.ts";
import type { SavedState } from "./saved-state.ts";

const saveEvery = 1000;

export class StateKeeper {
  readonly #file: StateFile;
  readonly #store: MetricStore;
  readonly #errors: Counter;
  readonly #log: Log;
  /** The positions to save with the counters; set as soon as reading has begun. */
  positions: () => Checkpoint;
  #changed = false;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(file: StateFile, store: MetricStore, positions: () => Checkpoint, errors: Counter, log: Log) {
    this.#file = file;
    this.#store = store;
    this.positions = positions;
    this.#errors = errors;
    this.#log = log;
  }

  /** Something was counted that is not in the file. */
  changed(): void {
    this.#changed = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.save();
    }, saveEvery).unref();
  }

  /** Saves what is not saved yet; a failure is counted and logged, and tried again with the next change. */
  save(): Promise<void> {
    // One after another: a later state must not be overwritten by an earlier one.
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  /** Saves for the last time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.save();
  }

  async #write(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    try {
      await this.#file.save(snapshotOf(this.#store, this.positions()));
      if (this.#failing) this.#log.info("the state file is written again");
      this.#failing = false;
    } catch (error) {
      this.#errors.inc();
      if (!this.#failing)
        this.#log.error("the state file cannot be written; what is counted now may count again after a restart", {
          error,
        });
      this.#failing = true;
      this.changed();
    }
  }
}

/** Counters and histograms, and the positions up to which the files are counted in them. */
export function snapshotOf(store: MetricStore, files: Checkpoint): SavedState {
  const metrics = [...store.metrics()]
    .filter(({ spec }) => spec.type !== "gauge")
    .map((metric) => {
      const { name, type, labelNames, freeLabels, buckets } = metric.spec;
      const spec = { name, type, labelNames, ...(freeLabels && { freeLabels }), ...(buckets && { buckets }) };
      return { spec, state: metric.dump() };
    });
  return { tool: "metrics-exporter", version: 1, metrics, files };
}

/**
 * Puts saved values back into the metrics that are still the same.
 *
 * @param receive makes a metric for which there is no rule; undefined when nothing is received.
 */
export function restoreInto(
  store: MetricStore,
  { metrics }: SavedState,
  receive: ((name: string, type: MetricType) => MetricSpec) | undefined,
): void {
  for (const { spec, state } of metrics) {
    const received = spec.freeLabels && receive ? receive(spec.name, spec.type) : undefined;
    const metric = store.get(spec.name) ?? (received && store.declare(received));
    if (metric && sameIdentity(metric.spec, { ...metric.spec, ...spec })) metric.load(state);
  }
}

/** The counter of failed writes; 0 while all is well. */
export function stateErrors(registry: Registry): Counter {
  return registry.counter("outrigger_metrics_state_write_errors_total", "Failed attempts to write the state file.");
}
