/** The text of families that somebody else has written. */
import { canonicalBound, escapeHelp, escapeLabel, type Format, formatValue } from "@outrigger/runtime/metrics-text";
import type { Exemplar, Family, FamilyType, Labels, Sample } from "./document.ts";
import { groupKey } from "./openmetrics-rules.ts";
import { representable } from "./representable.ts";

/** A family's text; `name` is the one to sort by. */
export interface RenderedFamily {
  readonly name: string;
  readonly text: string;
}

/**
 * The text of a family, which may have to be split. What a format cannot express is written as what it can, under the same
 * sample names.
 *
 * @param contested whether another family has a name that OpenMetrics would keep for this one: it loses its type there.
 */
export function renderFamily(family: Family, format: Format, contested = false): RenderedFamily[] {
  const views = format === "text" ? textViews(family) : openMetricsViews(family, contested);
  return views.map((view) => ({ name: view.name, text: renderHeader(view, format) + renderSamples(view, format) }));
}

/** The sample lines alone, to stand below another family's header; the family must be `representable`. */
export function renderAdditions(family: Family, format: Format): string {
  const views = format === "text" ? textViews(family) : openMetricsViews(family, false);
  return views.map((view) => renderSamples(view, format)).join("");
}

/** A family as one format writes it. */
interface View {
  readonly name: string;
  readonly type: string;
  readonly help: string | undefined;
  readonly unit?: string | undefined;
  readonly samples: readonly Sample[];
}

function textViews({ name, type, help, samples }: Family): View[] {
  const visible = samples.filter((sample) => sample.name === name || !sample.name.endsWith("_created"));
  // 0.0.4 knows no histogram of gauges: its parts are gauges of their own.
  if (type === "gaugehistogram") return byName(visible, "gauge", help);
  return visible.length > 0 ? [{ name, type: textTypes[type] ?? type, help, samples: visible }] : [];
}

const textTypes: Partial<Record<FamilyType, string>> = { info: "gauge", stateset: "gauge", unknown: "untyped" };

function openMetricsViews(family: Family, contested: boolean): View[] {
  const { name, type, help, unit } = family;
  // Parsed from 0.0.4, a family may hold what OpenMetrics forbids: it keeps its names and loses its type.
  if (contested || !representable(family)) return byName(family.samples, "unknown", help);
  const base =
    type === "counter" ? name.slice(0, -"_total".length) : type === "info" ? name.slice(0, -"_info".length) : name;
  const samples = [...Map.groupBy(family.samples, (sample) => groupKey(base, type, sample)).values()].flat();
  return [
    { name: base, type, help, unit: unit !== undefined && base.endsWith(`_${unit}`) ? unit : undefined, samples },
  ];
}

function byName(samples: readonly Sample[], type: string, help: string | undefined): View[] {
  const names = Map.groupBy(samples, ({ name }) => name);
  return [...names].map(([name, some]) => ({
    name,
    type,
    help,
    samples: some.map(({ exemplar: _none, ...sample }) => sample),
  }));
}

function renderHeader({ name, type, help, unit }: View, format: Format): string {
  const lines = help === undefined ? [] : [`# HELP ${name} ${escapeHelp(help, format)}\n`];
  lines.push(`# TYPE ${name} ${type}\n`);
  if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}\n`);
  return lines.join("");
}

function renderSamples({ type, samples }: View, format: Format): string {
  let text = "";
  for (const sample of samples) {
    text += `${sample.name}${renderLabels(sample.labels, type, format)} ${formatValue(sample.value)}`;
    if (sample.exemplar && format === "openmetrics") text += renderExemplar(sample.exemplar);
    text += "\n";
  }
  return text;
}

function renderLabels(labels: Labels, type: string, format: Format): string {
  if (labels.length === 0) return "";
  const pairs = labels.map(([name, value]) => {
    const isBound = format === "openmetrics" && type !== "unknown" && (name === "le" || name === "quantile");
    return `${name}="${escapeLabel(isBound ? canonicalBound(value) : value)}"`;
  });
  return `{${pairs.join(",")}}`;
}

function renderExemplar({ labels, value, timestamp }: Exemplar): string {
  const pairs = labels.map(([name, text]) => `${name}="${escapeLabel(text)}"`).join(",");
  return ` # {${pairs}} ${formatValue(value)}${timestamp === undefined ? "" : ` ${timestamp}`}`;
}
