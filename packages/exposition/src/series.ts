/** One exposed series of each kind: its value, and the text that never changes. */
import { escapeLabel } from "@outrigger/runtime/metrics-text";

/** The numbers of a series, for state and tombstones: a counter's value, or bucket counts followed by the sum. */
export type Snapshot = number | readonly number[];

/** What all kinds of series have in common. */
export interface Series {
  readonly labels: readonly string[];
  /** Created by an event and not yet shown: its first exposition says 0, so that `rate()` sees the first event. */
  fresh: boolean;
  /** When the last event came, in milliseconds; kept only for metrics with a time to live. */
  touched: number;
  snapshot(): Snapshot;
  /** Adds what a snapshot holds: with a lower limit than before, several may end up in the overflow series. */
  restore(snapshot: Snapshot): void;
}

/** `a="x",b="y"` without braces; empty when there are no labels. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  let text = "";
  for (let index = 0; index < names.length; index++) {
    text += `${index > 0 ? "," : ""}${names[index]}="${escapeLabel(values[index] ?? "")}"`;
  }
  return text;
}

/** A counter's or a gauge's series. */
export class NumberSeries implements Series {
  readonly labels: readonly string[];
  /** The sample line up to the value: `name{labels} `. */
  readonly prefix: string;
  fresh: boolean;
  touched = 0;
  value = 0;

  constructor(name: string, labels: readonly string[], text: string, fresh: boolean) {
    this.labels = labels;
    this.prefix = text === "" ? `${name} ` : `${name}{${text}} `;
    this.fresh = fresh;
  }

  snapshot(): Snapshot {
    return this.value;
  }

  restore(snapshot: Snapshot): void {
    this.value += Number(snapshot);
  }
}

/** A histogram's series: counts per bucket (not cumulative; the last one is `+Inf`) and the sum. */
export class HistogramSeries implements Series {
  readonly labels: readonly string[];
  /** The labels as text, to stand before `le`. */
  readonly text: string;
  fresh: boolean;
  touched = 0;
  sum = 0;
  readonly counts: Float64Array;

  constructor(labels: readonly string[], text: string, buckets: number, fresh: boolean) {
    this.labels = labels;
    this.text = text;
    this.counts = new Float64Array(buckets + 1);
    this.fresh = fresh;
  }

  snapshot(): Snapshot {
    return [...this.counts, this.sum];
  }

  restore(snapshot: Snapshot): void {
    const numbers = snapshot as readonly number[];
    for (let index = 0; index < this.counts.length; index++) (this.counts[index] as number) += numbers[index] ?? 0;
    this.sum += numbers[this.counts.length] ?? 0;
  }
}
