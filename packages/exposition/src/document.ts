/** Metrics that somebody else has written, as data: what the parsers give and the merge works on. */

export type FamilyType =
  | "counter"
  | "gauge"
  | "histogram"
  | "summary"
  | "unknown"
  | "info"
  | "stateset"
  | "gaugehistogram";

export type Labels = readonly (readonly [name: string, value: string])[];

/** A reference from a sample to a trace. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp?: number;
}

/** One line. Timestamps are not kept: what is merged is as new as the scrape. */
export interface Sample {
  /** The full name, with suffixes such as `_total` or `_bucket`. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

/** All samples of one metric. */
export interface Family {
  /** As in 0.0.4: a counter's name includes `_total`, an info's `_info`. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help?: string;
  /** OpenMetrics only. */
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

/** A text that is no exposition: the reason, and the number of the line (from 1). */
export class ExpositionError extends Error {
  override readonly name = "ExpositionError";
  readonly line: number;

  constructor(reason: string, line: number) {
    super(`line ${line}: ${reason}`);
    this.line = line;
  }
}

/** The identity of a series among all samples of its name: its labels in any order. */
export function seriesKey(name: string, labels: Labels): string {
  if (labels.length === 0) return name;
  if (labels.length === 1) return JSON.stringify([name, labels[0]]);
  return JSON.stringify([name, ...[...labels].sort(([a], [b]) => (a < b ? -1 : 1))]);
}
