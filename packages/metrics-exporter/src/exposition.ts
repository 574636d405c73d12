/** The whole answer to a scrape, from the store and the exporter's own registry. */
import { familyName, renderMetric } from "@outrigger/exposition/render-metric";
import type { Series } from "@outrigger/exposition/series";
import type { MetricStore } from "@outrigger/exposition/store";
import type { Registry } from "@outrigger/runtime/metrics";
import { type Format, renderFamilies } from "@outrigger/runtime/metrics-text";

/** A rendered exposition. */
export interface Exposition {
  readonly text: string;
  /** Series that it shows as 0 for the first time; pass them to `shown` once it was served. */
  readonly zeros: readonly Series[];
}

interface Part {
  /** Name of the family in the format at hand. */
  readonly name: string;
  pieces(): Iterable<string>;
}

/** Longest stretch of rendering without a break, in milliseconds: reading logs and other requests go on in between. */
const slice = 2;

/**
 * Renders everything, families sorted by name.
 *
 * @param bornAtZero whether series that were never shown are shown as 0; without it every value is what it is.
 */
export async function expose(
  store: MetricStore,
  registry: Registry,
  format: Format,
  bornAtZero: boolean,
): Promise<Exposition> {
  const zeros: Series[] | undefined = bornAtZero ? [] : undefined;
  const parts: Part[] = [];
  for (const metric of store.metrics()) {
    const name = familyName(metric.spec.name, metric.spec.type, format);
    parts.push({ name, pieces: () => renderMetric(metric, format, { zeros }) });
  }
  for (const family of registry.families()) {
    const name = familyName(family.name, family.type, format);
    const pieces = () => (family.samples.length > 0 ? [renderFamily(family, format)] : []);
    parts.push({ name, pieces });
  }
  parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  const pieces: string[] = [];
  let until = performance.now() + slice;
  for (const part of parts) {
    for (const piece of part.pieces()) {
      pieces.push(piece);
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + slice;
    }
  }
  if (format === "openmetrics") pieces.push("# EOF\n");
  return { text: pieces.join(""), zeros: zeros ?? [] };
}

function renderFamily(family: Parameters<typeof renderFamilies>[0][number], format: Format): string {
  const text = renderFamilies([family], format);
  return format === "openmetrics" ? text.slice(0, -"# EOF\n".length) : text;
}
