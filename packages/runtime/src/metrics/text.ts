import type { Family, LabelPairs } from "./registry.ts";

/** Prometheus text 0.0.4, or OpenMetrics 1.0. */
export type Format = "text" | "openmetrics";

/** The `Content-Type` of each format. */
export const contentType: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** A complete exposition of `families`; in OpenMetrics with its end mark. */
export function renderFamilies(families: readonly Family[], format: Format): string {
  return families.map((family) => renderFamily(family, format)).join("") + (format === "openmetrics" ? "# EOF\n" : "");
}

function renderFamily({ name, help, type, samples }: Family, format: Format): string {
  // OpenMetrics names a counter's family without the suffix that its samples have.
  const family = format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
  const lines = [`# HELP ${family} ${escapeHelp(help, format)}`, `# TYPE ${family} ${type}`];
  for (const { suffix, labels, value } of samples) {
    lines.push(`${name}${suffix}${renderLabels(labels, format)} ${formatValue(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function renderLabels(labels: LabelPairs, format: Format): string {
  if (labels.length === 0) return "";
  const pairs = labels.map(([name, value]) => {
    const text = name === "le" && format === "openmetrics" ? canonicalBound(value) : value;
    return `${name}="${escapeLabel(text)}"`;
  });
  return `{${pairs.join(",")}}`;
}

/** OpenMetrics writes the bounds of buckets as floating point numbers: `1.0`, not `1`. */
export function canonicalBound(bound: string): string {
  return /^-?\d+$/.test(bound) ? `${bound}.0` : bound;
}

/** A label value as both formats quote it. */
export function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}

/** A help text; only OpenMetrics escapes the double quote. */
export function escapeHelp(help: string, format: Format): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return format === "openmetrics" ? escaped.replaceAll('"', '\\"') : escaped;
}

/** A sample's value: JavaScript's spelling, but for the infinities. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
