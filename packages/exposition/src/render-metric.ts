/** The text of a store's metrics. Everything but the values is kept from one exposition to the next. */
import { canonicalBound, escapeHelp, type Format, formatValue } from "@outrigger/runtime/metrics-text";
import { type AnyMetric, HistogramMetric } from "./metric.ts";
import type { HistogramSeries, NumberSeries, Series } from "./series.ts";

/** How series that were never shown are treated. */
export interface Birth {
  /**
   * Collects the series that this exposition shows as 0; once it was served, call `shown` with them. Undefined: show every
   * value as it is.
   */
  readonly zeros: Series[] | undefined;
}

/** Series per piece of text: small enough to let others run between two pieces (0.2 ms), large enough to be cheap. */
const pieceSize = 1000;

/** A family's text in pieces, to be written one after another. Nothing for a family without series. */
export function* renderMetric(metric: AnyMetric, format: Format, birth: Birth): Generator<string> {
  const series = metric.series();
  if (series.length === 0) return;
  const cached = metric.dirty ? undefined : metric.cache[format];
  if (cached) return yield* cached;
  if (metric.dirty) {
    delete metric.cache.text;
    delete metric.cache.openmetrics;
  }
  metric.dirty = false;
  const zerosBefore = birth.zeros?.length ?? 0;
  const pieces = [header(metric, format)];
  yield pieces[0] as string;
  for (let start = 0; start < series.length; start += pieceSize) {
    const some = series.slice(start, start + pieceSize);
    const piece =
      metric instanceof HistogramMetric
        ? renderHistograms(metric, some as HistogramSeries[], format, birth)
        : renderNumbers(some as NumberSeries[], birth);
    pieces.push(piece);
    yield piece;
  }
  const hasFresh = birth.zeros === undefined ? series.some(({ fresh }) => fresh) : birth.zeros.length > zerosBefore;
  if (!metric.dirty && !hasFresh) metric.cache[format] = pieces;
  // A text that holds zeros must not be used again.
  if (hasFresh) metric.dirty = true;
}

/** Marks series as shown: from now on they have their values. */
export function shown(zeros: readonly Series[]): void {
  for (const series of zeros) series.fresh = false;
}

function header({ spec, help }: AnyMetric, format: Format): string {
  const family = familyName(spec.name, spec.type, format);
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${spec.type}\n`;
}

/** OpenMetrics names a counter's family without the `_total` that its samples have. */
export function familyName(name: string, type: string, format: Format): string {
  return format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
}

function renderNumbers(series: readonly NumberSeries[], { zeros }: Birth): string {
  let text = "";
  for (const one of series) {
    if (one.fresh && zeros) {
      zeros.push(one);
      text += `${one.prefix}0\n`;
    } else text += `${one.prefix}${formatValue(one.value)}\n`;
  }
  return text;
}

function renderHistograms(
  metric: HistogramMetric,
  series: readonly HistogramSeries[],
  format: Format,
  { zeros }: Birth,
): string {
  const { name } = metric.spec;
  const bounds = [...metric.buckets.map(String), "+Inf"].map(
    (bound) => `le="${format === "openmetrics" ? canonicalBound(bound) : bound}"} `,
  );
  let text = "";
  for (const one of series) {
    const hidden = one.fresh && zeros !== undefined;
    if (hidden) zeros.push(one);
    const open = `${name}_bucket{${one.text}${one.text === "" ? "" : ","}`;
    const labels = one.text === "" ? " " : `{${one.text}} `;
    let count = 0;
    for (let index = 0; index < bounds.length; index++) {
      if (!hidden) count += one.counts[index] as number;
      text += `${open}${bounds[index]}${count}\n`;
    }
    text += `${name}_sum${labels}${hidden ? 0 : formatValue(one.sum)}\n${name}_count${labels}${count}\n`;
  }
  return text;
}
