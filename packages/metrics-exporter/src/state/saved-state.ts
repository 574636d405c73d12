/** What a state file holds, and whether a text is one: what others have written or damaged must not be counted on. */
import type { MetricSpec, MetricState } from "@outrigger/exposition/metric";
import { readSample } from "@outrigger/exposition/sample-line";
import { checkpointOf } from "@outrigger/tail/checkpoint-file";
import type { Checkpoint } from "@outrigger/tail/follow";

/** What is saved: in one file, because counters and positions are right only together. */
export interface SavedState {
  readonly tool: "metrics-exporter";
  readonly version: 1;
  readonly metrics: readonly SavedMetric[];
  readonly files: Checkpoint;
}

interface SavedMetric {
  /** What makes it the same metric after the restart. */
  readonly spec: Pick<MetricSpec, "name" | "type" | "labelNames" | "freeLabels" | "buckets">;
  readonly state: MetricState;
}

/** The state that a text is; undefined when it is damaged or not ours. */
export function parseState(text: string): SavedState | undefined {
  try {
    const { tool, version, metrics, files } = JSON.parse(text) as Partial<SavedState>;
    if (tool !== "metrics-exporter" || version !== 1 || !isListOf(metrics, isMetric)) return undefined;
    return { tool, version, metrics, files: checkpointOf(files) };
  } catch {
    return undefined;
  }
}

function isMetric(value: unknown): value is SavedMetric {
  const { spec, state } = Object(value) as Partial<SavedMetric>;
  const { name, type, labelNames, freeLabels, buckets } = Object(spec) as SavedMetric["spec"];
  if (!/^[a-zA-Z_:][\w:]*$/.test(name) || !isListOf(labelNames, isText)) return false;
  if (buckets !== undefined && !isListOf(buckets, Number.isFinite)) return false;
  if (type !== "counter" && type !== "histogram") return false;
  const isValue = (candidate: unknown) =>
    type === "counter"
      ? isCount(candidate)
      : isListOf(candidate, isCount) && candidate.length === (buckets?.length ?? 0) + 2;
  const isSeries = (candidate: unknown) => {
    if (!Array.isArray(candidate)) return false;
    const [labels, snapshot, touched] = candidate as unknown[];
    const isLabelled =
      isListOf(labels, isText) && labels.length === labelNames.length && (!freeLabels || isLabelText(labels[0]));
    return isLabelled && isValue(snapshot) && (touched === undefined || isCount(touched));
  };
  const { series, expired = [], overflow } = Object(state) as Partial<MetricState>;
  return isListOf(series, isSeries) && isListOf(expired, isSeries) && (overflow === undefined || isValue(overflow));
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isItem);
}

/** Whether it can stand between the braces of a sample. */
function isLabelText(text: unknown): boolean {
  // Throws when it cannot.
  return readSample(`x{${text}} 0`, { strict: true }).value === 0;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}
