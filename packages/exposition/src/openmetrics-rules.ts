/** What OpenMetrics demands of samples beyond their syntax. */
import type { FamilyType, Sample } from "./document.ts";
import { seriesKey } from "./document.ts";
import { LineError } from "./sample-line.ts";

/** A sample with the timestamp that it had in the text. */
export interface TimedSample extends Sample {
  /** See `SampleLine`. */
  readonly timestamp?: string;
}

const countLike = ["_total", "_sum", "_count", "_bucket", "_gcount", "_gsum"];

/** Which samples belong together: those that differ in the bucket, quantile or state only. */
export function groupKey(name: string, type: FamilyType, sample: Sample): string {
  const own = ownLabel(name, type, sample);
  if (type === "info") return "";
  return seriesKey("", own === undefined ? sample.labels : sample.labels.filter(([label]) => label !== own));
}

/** The label that tells apart the samples of one group. */
function ownLabel(name: string, type: FamilyType, sample: Sample): string | undefined {
  if (type === "stateset") return name;
  if (type === "summary") return sample.name === name ? "quantile" : undefined;
  return sample.name === `${name}_bucket` && isHistogram(type) ? "le" : undefined;
}

function isHistogram(type: FamilyType): boolean {
  return type === "histogram" || type === "gaugehistogram";
}

/** The value of a label; undefined without it. */
function labelOf(sample: Sample, name: string): string | undefined {
  return sample.labels.find(([label]) => label === name)?.[1];
}

/** Checks one sample by itself. @throws LineError */
export function checkSample(name: string, type: FamilyType, sample: Sample): void {
  const { value } = sample;
  const suffix = sample.name.slice(name.length);
  if (suffix === "_bucket" && isHistogram(type))
    checkBound(sample, "le", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  if (type === "summary" && suffix === "") {
    checkBound(sample, "quantile", 0, 1);
    if (value < 0) throw new LineError("a quantile is negative");
  }
  if (type === "stateset") {
    if (labelOf(sample, name) === undefined) throw new LineError(`a state of ${name} has no label ${name}`);
    if (value !== 0 && value !== 1) throw new LineError("a state is neither 0 nor 1");
  }
  if (type === "info" && value !== 1) throw new LineError("an info is not 1");
  if (["_bucket", "_count", "_gcount"].includes(suffix) && !Number.isInteger(value)) {
    throw new LineError(`${sample.name} is no whole number`);
  }
  if (countLike.includes(suffix)) {
    if (Number.isNaN(value)) throw new LineError(`${sample.name} is NaN`);
    if (value < 0 && suffix !== "_gsum") throw new LineError(`${sample.name} is negative`);
  }
  const exemplary = (isHistogram(type) && suffix === "_bucket") || (type === "counter" && suffix === "_total");
  if (sample.exemplar && !exemplary) throw new LineError(`${sample.name} cannot have an exemplar`);
}

function checkBound(sample: Sample, label: string, min: number, max: number): void {
  const text = labelOf(sample, label);
  const value = boundOf(text);
  if (Number.isNaN(value) || value < min || value > max)
    throw new LineError(`${sample.name} has no valid label ${label}`);
  if (value === Number.POSITIVE_INFINITY && text !== "+Inf")
    throw new LineError(`the bound ${text} must be written +Inf`);
}

/** The number in a `le` or `quantile`; NaN when it is none. */
function boundOf(text: string | undefined): number {
  if (text === undefined || !/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$/i.test(text))
    return Number.NaN;
  return Number(text.replace(/inf.*/i, "Infinity"));
}

/** Checks what the samples of a family say together. @throws LineError */
export function checkGroups(name: string, type: FamilyType, samples: readonly TimedSample[]): void {
  const groups = Map.groupBy(samples, (sample) => groupKey(name, type, sample));
  for (const group of groups.values()) {
    checkTimes(name, type, group);
    if (!isHistogram(type)) continue;
    for (const at of Map.groupBy(group, ({ timestamp }) => timestamp).values()) checkHistogram(name, at);
  }
}

function checkTimes(name: string, type: FamilyType, group: readonly TimedSample[]): void {
  const seen = new Set<string>();
  let before: string | undefined;
  for (const [index, sample] of group.entries()) {
    if (index > 0 && (sample.timestamp === undefined) !== (before === undefined)) {
      throw new LineError(`a group of ${name} has timestamps on some of its samples only`);
    }
    if (before !== undefined && Number(sample.timestamp) < Number(before) && type !== "info") {
      throw new LineError(`the timestamps of ${name} go back`);
    }
    before = sample.timestamp;
    const key = `${sample.timestamp} ${seriesKey(sample.name, sample.labels)}`;
    if (seen.has(key)) throw new LineError(`the series ${sample.name} with these labels appears twice`);
    seen.add(key);
  }
}

function checkHistogram(name: string, group: readonly Sample[]): void {
  const part = (suffix: string) => group.find((sample) => sample.name === name + suffix)?.value;
  const count = part("_count") ?? part("_gcount");
  const sum = part("_sum") ?? part("_gsum");
  let bound = Number.NEGATIVE_INFINITY;
  let last: Sample | undefined;
  let negative = false;
  for (const sample of group) {
    if (sample.name !== `${name}_bucket`) continue;
    const le = boundOf(labelOf(sample, "le"));
    if (last && le <= bound) throw new LineError(`the buckets of ${name} are out of order`);
    if (last && sample.value < last.value) throw new LineError(`the buckets of ${name} fall`);
    if (le < 0) negative = true;
    bound = le;
    last = sample;
  }
  if (bound !== Number.POSITIVE_INFINITY) throw new LineError(`${name} has no bucket +Inf`);
  if (count !== undefined && last?.value !== count)
    throw new LineError(`the count of ${name} is not that of its bucket +Inf`);
  if ((sum === undefined) !== (count === undefined)) throw new LineError(`${name} has only one of sum and count`);
  if (negative && part("_sum") !== undefined) throw new LineError(`${name} has negative buckets and a sum`);
  if (!negative && (part("_gsum") ?? 0) < 0) throw new LineError(`the sum of ${name} is negative`);
}
