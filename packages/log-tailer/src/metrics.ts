import type { Counter, Registry } from "@outrigger/runtime/metrics";
import type { TailEvents, TailStats } from "@outrigger/tail/follow";
import { labelOf, type Source } from "./config.ts";

const sourceLabel = ["source"];

/** Why a line was left out. */
const dropReasons = ["rate_limit", "long_line"] as const;

/** The tailer's own metrics, all there with 0 from the start. No path is ever a label. */
export class TailerMetrics {
  readonly events: TailEvents;
  readonly #counters: readonly Counter[];
  readonly #lines: Counter;
  readonly #longLines: Counter;
  readonly #parseErrors: Counter;
  readonly #written: Counter;
  readonly #dropped: Counter;
  #labels: readonly string[] = [];

  constructor(registry: Registry, sources: readonly Source[], stats: () => TailStats, blocked: () => number) {
    const counter = (name: string, help: string) => registry.counter(`outrigger_logs_${name}_total`, help, sourceLabel);
    const read = counter("read_bytes", "Bytes read from files.");
    const rotations = counter("rotations", "Files that left the path they belong to.");
    const truncations = counter("truncations", "Files that were truncated.");
    const lost = counter("lost_bytes", "Bytes known to be lost.");
    const partial = counter("partial_flushes", "Lines written before their line end was there.");
    this.#longLines = registry.counter("outrigger_logs_long_lines_total", "Lines longer than maxLine.", [
      ...sourceLabel,
      "action",
    ]);
    this.#dropped = registry.counter("outrigger_logs_dropped_lines_total", "Lines read and left out.", [
      ...sourceLabel,
      "reason",
    ]);
    this.#parseErrors = counter("parse_errors", "Records that could not be parsed.");
    this.#lines = counter("lines", "Lines read.");
    this.#written = counter("written_bytes", "Bytes that the kernel took.");
    this.#counters = [read, rotations, truncations, lost, partial, this.#parseErrors, this.#lines, this.#written];
    const at = (source: number) => this.#labels[source] ?? "";
    this.events = {
      read: (source, bytes) => read.labels(at(source)).inc(bytes),
      rotated: (source) => rotations.labels(at(source)).inc(),
      truncated: (source) => truncations.labels(at(source)).inc(),
      lost: (source, bytes) => lost.labels(at(source)).inc(bytes),
      partialFlush: (source) => partial.labels(at(source)).inc(),
    };
    const held = registry.counter(
      "outrigger_logs_write_blocked_seconds_total",
      "Seconds in which the reader of the output held up reading.",
    );
    registry.gauge("outrigger_logs_lag_bytes", "Bytes that are in files and not read yet.", sourceLabel, (gauge) => {
      // A counter is not collected by itself, and a write may be held up right now.
      held.inc(Math.max(0, blocked() - held.labels().value));
      const { lag } = stats();
      for (const label of this.#labels) gauge.labels(label).set(0);
      for (const [source, bytes] of lag.entries()) {
        const series = gauge.labels(at(source));
        series.set(series.value + bytes);
      }
    });
    registry.gauge("outrigger_logs_open_files", "Files held open.", [], (gauge) => gauge.set(stats().openFiles));
    this.reload(sources);
  }

  reload(sources: readonly Source[]): void {
    this.#labels = sources.map(labelOf);
    for (const label of this.#labels) for (const counter of this.#counters) counter.labels(label);
    for (const label of this.#labels) for (const reason of dropReasons) this.#dropped.labels(label, reason);
    for (const [index, { onLongLine }] of sources.entries()) this.#longLines.labels(this.#labels[index]!, onLongLine);
  }

  longLine(source: number, action: string): void {
    const label = this.#labels[source] ?? "";
    this.#longLines.labels(label, action).inc();
    if (action === "drop") this.dropped(label, "long_line");
  }

  dropped(label: string, reason: (typeof dropReasons)[number]): void {
    this.#dropped.labels(label, reason).inc();
  }

  parseError(source: number): void {
    this.#parseErrors.labels(this.#labels[source] ?? "").inc();
  }

  lines(source: number, count: number): void {
    this.#lines.labels(this.#labels[source] ?? "").inc(count);
  }

  written(label: string, bytes: number): void {
    this.#written.labels(label).inc(bytes);
  }
}
