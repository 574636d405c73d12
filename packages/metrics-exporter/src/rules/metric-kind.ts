/** Which metric a rule makes: type, exposed name, buckets. */

import { reservedNames } from "@outrigger/exposition/merge";
import type { MetricType } from "@outrigger/exposition/metric";
import type { ReportProblem, RuleDefinition } from "./definition.ts";

/** 5 ms to 60 s. */
export const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** 64 B to 1 MiB in powers of four. */
export const bytesBuckets = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

export interface MetricKind {
  readonly type: MetricType;
  /** A counter's ends in `_total`, whatever the rule is called. */
  readonly name: string;
  readonly buckets: readonly number[] | undefined;
}

/** Type by suffix unless the rule says; problems are reported, the result is then still something sensible. */
export function metricKind(
  name: string,
  rule: RuleDefinition,
  hasValue: boolean,
  labelNames: readonly string[],
  report: ReportProblem,
): MetricKind {
  checkName(name, report);
  const type = rule.type ?? typeByName(name, rule.buckets !== undefined, hasValue);
  if (type === "gauge" && !hasValue && !name.endsWith("_info")) {
    report([], `the gauge "${name}" needs a value: capture {value}, or end the name in _total to count`);
  }
  if (type === "histogram" && !hasValue) report([], `the histogram "${name}" needs a value: capture {value}`);
  if (rule.buckets !== undefined && type !== "histogram") report(["buckets"], `a ${type} has no buckets: remove them`);
  if (type !== "histogram") return { type, name: type === "counter" ? totalName(name) : name, buckets: undefined };
  if (labelNames.includes("le")) report(["labels"], 'a histogram cannot have a label "le": Prometheus uses it itself');
  const buckets = rule.buckets ?? (name.endsWith("_bytes") ? bytesBuckets : secondsBuckets);
  checkBuckets(buckets, report);
  return { type, name, buckets };
}

function typeByName(name: string, hasBuckets: boolean, hasValue: boolean): MetricType {
  if (name.endsWith("_total")) return "counter";
  const measured = /_(?:seconds|bytes)$/.test(name) && !name.endsWith("_timestamp_seconds");
  return hasBuckets || (measured && hasValue) ? "histogram" : "gauge";
}

function totalName(name: string): string {
  return name.endsWith("_total") ? name : `${name}_total`;
}

function checkName(name: string, report: ReportProblem): void {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    report([], `"${name}" is no metric name: it must have letters, digits, underscores and colons only`);
  } else if (name.startsWith("outrigger_")) {
    report([], `"${name}": names beginning with outrigger_ are kept for Outrigger's own series; use another`);
  }
}

function checkBuckets(buckets: readonly number[], report: ReportProblem): void {
  if (buckets.length === 0) report(["buckets"], "must have at least one bound");
  buckets.forEach((bound, index) => {
    const before = index > 0 ? (buckets[index - 1] as number) : Number.NEGATIVE_INFINITY;
    if (!Number.isFinite(bound)) report(["buckets", index], "must be finite; the bucket +Inf is always there");
    else if (bound < 0)
      report(["buckets", index], "must not be negative: OpenMetrics allows no sum for such a histogram");
    else if (bound <= before) report(["buckets", index], `must be larger than the bound before it (${before})`);
  });
}

/** All names that a metric needs for itself in one of the formats: no two rules may share one. */
export function ownNames({ name, type }: Pick<MetricKind, "name" | "type">): string[] {
  return [...new Set([name, ...reservedNames(name, type)])];
}
