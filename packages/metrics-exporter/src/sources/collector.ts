/** Reads all sources for a scrape, and says how they are. */
import type { Contribution, Merged } from "@outrigger/exposition/merge";
import type { Log } from "@outrigger/runtime/log";
import type { Counter, Gauge, Registry } from "@outrigger/runtime/metrics";
import type { PlannedSource } from "./registry.ts";
import type { Reading, ScrapeContext, Source } from "./source.ts";

const maxConflicting = 500;

export class Collector {
  #sources = new Map<string, Source>();
  readonly #log: Log;
  readonly #up: Gauge;
  readonly #duration: Gauge;
  readonly #errors: Counter;
  readonly #conflicts: Counter;
  /** The reasons counted for each source, to be forgotten with it. */
  readonly #reasons = new Map<string, Set<string>>();
  /** Metrics that were named in conflicts. */
  readonly #conflicting = new Set<string>();
  #known = new Map<string, Reading>();
  #running: Promise<Contribution[]> | undefined;

  constructor(registry: Registry, log: Log) {
    this.#log = log;
    const labels = ["kind", "source"];
    this.#up = registry.gauge("outrigger_metrics_source_up", "1 when the source could be read, else 0.", labels);
    this.#duration = registry.gauge(
      "outrigger_metrics_source_duration_seconds",
      "How long the last reading took.",
      labels,
    );
    this.#errors = registry.counter(
      "outrigger_metrics_source_errors_total",
      "Failed readings, and samples that could not be used.",
      [...labels, "reason"],
    );
    this.#conflicts = registry.counter(
      "outrigger_metrics_merge_conflicts_total",
      "Families and samples left out because another source has them already.",
      ["metric", "source"],
    );
  }

  /**
   * Reads these sources from now on. Those that run already go on, the others are stopped; when one cannot be made nothing
   * changes.
   */
  async use(planned: readonly PlannedSource[]): Promise<void> {
    const next = new Map<string, Source>();
    try {
      for (const { key, make } of planned) next.set(key, this.#sources.get(key) ?? (await make()));
    } catch (error) {
      await drop(next, this.#sources);
      throw error;
    }
    const left = this.#sources;
    this.#sources = next;
    for (const { key, refresh } of planned) {
      if (left.has(key)) refresh?.();
      else next.get(key)?.start?.();
    }
    await drop(left, next);
  }

  /** Takes these sources without a background; each has done its work when this resolves. */
  async once(planned: readonly PlannedSource[]): Promise<void> {
    for (const { key, make } of planned) this.#sources.set(key, await make());
    await Promise.all([...this.#sources.values()].map((source) => source.once?.()));
  }

  /** Stops all sources; what they have counted stays. */
  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.stop?.()));
    this.#sources.clear();
  }

  /** What all sources contribute, in their order. Scrapes at the same time share one reading. */
  read(context: ScrapeContext): Promise<Contribution[]> {
    this.#running ??= this.#readAll(context).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Counts what was lost in merging. */
  lost({ conflicts, refused }: Merged): void {
    for (const { metric, source } of conflicts) {
      // Foreign names are not ours to bound: beyond some they are counted without.
      const shown = this.#conflicting.has(metric) || this.#conflicting.size < maxConflicting ? metric : "";
      this.#conflicting.add(shown);
      this.#conflicts.labels(shown, this.#known.get(source)?.source ?? source).inc();
    }
    for (const [key, count] of refused) this.#count(key, "limit", count);
  }

  async #readAll(context: ScrapeContext): Promise<Contribution[]> {
    const all = await Promise.all([...this.#sources.values()].map((source) => source.read(context)));
    const readings = new Map(all.flat().map((reading) => [`${reading.kind} ${reading.source}`, reading]));
    const before = this.#known;
    for (const [key, reading] of before) if (!readings.has(key)) this.#forget(key, reading);
    this.#known = readings;
    for (const [key, reading] of readings) this.#note(key, reading, before.get(key));
    return [...readings].map(([key, { families }]) => ({ source: key, families }));
  }

  #note(key: string, { kind, source, failure, seconds, skipped = {} }: Reading, before: Reading | undefined): void {
    // A probe that fails is a result of its own, not a source that is down.
    if (kind === "probe") return;
    this.#up.labels(kind, source).set(failure ? 0 : 1);
    this.#duration.labels(kind, source).set(seconds);
    for (const [reason, count] of Object.entries(skipped)) this.#count(key, reason, count);
    // The same failure seen again: a command that did not run anew, a file that did not change.
    if (failure && failure !== before?.failure) this.#count(key, failure.reason, 1);
    if (failure && !before?.failure) {
      this.#log.warn("a source cannot be read", { kind, source, reason: failure.message });
    } else if (!failure && before?.failure) this.#log.info("a source can be read again", { kind, source });
  }

  #count(key: string, reason: string, count: number): void {
    const reading = this.#known.get(key);
    if (!reading) return;
    this.#errors.labels(reading.kind, reading.source, reason).inc(count);
    const reasons = this.#reasons.get(key) ?? new Set();
    this.#reasons.set(key, reasons.add(reason));
  }

  #forget(key: string, { kind, source }: Reading): void {
    this.#up.remove(kind, source);
    this.#duration.remove(kind, source);
    for (const reason of this.#reasons.get(key) ?? []) this.#errors.remove(kind, source, reason);
    this.#reasons.delete(key);
  }
}

/** Ends these sources for good, except for those that run on. */
async function drop(sources: ReadonlyMap<string, Source>, except: ReadonlyMap<string, Source>): Promise<void> {
  const dropped = [...sources].filter(([key]) => !except.has(key)).map(([, source]) => source);
  await Promise.all(dropped.map((source) => source.stop?.()));
  for (const source of dropped) source.forget?.();
}
