/** The whole answer to a scrape: rules, the exporter's own series, and what the sources contribute. */
import type { Family, Sample } from "@outrigger/exposition/document";
import { type Claim, type Contribution, groupOf, type Merged, merge, reservedNames } from "@outrigger/exposition/merge";
import type { AnyMetric } from "@outrigger/exposition/metric";
import { type RenderedFamily, renderAdditions, renderFamily } from "@outrigger/exposition/render-family";
import { familyName, renderMetric } from "@outrigger/exposition/render-metric";
import type { Series } from "@outrigger/exposition/series";
import type { MetricStore } from "@outrigger/exposition/store";
import type { Family as OwnFamily, Registry } from "@outrigger/runtime/metrics";
import { type Format, renderFamilies } from "@outrigger/runtime/metrics-text";
import { claimOfMetric, claimOfOwn } from "./claims.ts";

/** A rendered exposition. */
export interface Exposition {
  /** Text in UTF-8. */
  readonly body: Buffer;
  /** Series that it shows as 0 for the first time; pass them to `shown` once it was served. */
  readonly zeros: readonly Series[];
}

/** What an exposition is made of, and how. */
export interface ExposeOptions {
  readonly store: MetricStore;
  readonly registry: Registry;
  readonly format: Format;
  /** Whether series that were never shown are shown as 0; without it every value is what it is. */
  readonly bornAtZero: boolean;
  /** In the order of their precedence. */
  readonly contributions: readonly Contribution[];
  /** Told what was lost in merging. */
  readonly lost: (merged: Merged) => void;
}

interface Part {
  /** Name of the family in the format at hand. */
  readonly name: string;
  pieces(): Iterable<string>;
}

/** Longest stretch of rendering without a break, in milliseconds: reading logs and other requests go on in between. */
const slice = 2;

/** Renders everything, families sorted by name. */
export async function expose(options: ExposeOptions): Promise<Exposition> {
  const { format } = options;
  const zeros: Series[] | undefined = options.bornAtZero ? [] : undefined;
  const parts = partsOf(options, zeros).sort((a, b) => (a.name < b.name ? -1 : 1));
  // As bytes one by one: that lets others run in between, and a text that is kept for the next scrape is flat from then on.
  const pieces: Buffer[] = [];
  let until = performance.now() + slice;
  for (const part of parts) {
    for (const piece of part.pieces()) {
      pieces.push(Buffer.from(piece));
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + slice;
    }
  }
  if (format === "openmetrics") pieces.push(Buffer.from("# EOF\n"));
  return { body: Buffer.concat(pieces), zeros: zeros ?? [] };
}

function partsOf({ store, registry, format, contributions, lost }: ExposeOptions, zeros: Series[] | undefined): Part[] {
  const metrics = [...store.metrics()];
  const merged = combine(metrics, registry, contributions, store.budget.limit - store.budget.used);
  lost(merged);
  // After `lost`: what it counted belongs into this exposition.
  const own = registry.families().filter(({ samples }) => samples.length > 0);
  const foreign = new Map(merged.families.map((family) => [family.name, family]));
  const parts: Part[] = [];
  for (const metric of metrics) {
    const { name, type } = metric.spec;
    const more = foreign.get(name);
    const pieces = () => (more ? withAdditions(metric, more, format, zeros) : renderMetric(metric, format, { zeros }));
    parts.push({ name: familyName(name, type, format), pieces });
    foreign.delete(name);
  }
  for (const family of own) {
    const more = foreign.get(family.name);
    const pieces = () => [renderOwn(family, format), ...(more ? [renderAdditions(more, format)] : [])];
    parts.push({ name: familyName(family.name, family.type, format), pieces });
    foreign.delete(family.name);
  }
  const taken = new Set([...parts.map(({ name }) => name), ...foreign.keys()]);
  for (const family of foreign.values()) {
    const contested = reservedNames(family.name, family.type).some((name) => name !== family.name && taken.has(name));
    for (const { name, text } of rendered(family, format, contested)) parts.push({ name, pieces: () => [text] });
  }
  return parts;
}

function combine(
  metrics: readonly AnyMetric[],
  registry: Registry,
  contributions: readonly Contribution[],
  room: number,
): Merged {
  if (contributions.every(({ families }) => families.length === 0)) {
    return { families: [], conflicts: [], refused: new Map() };
  }
  const claims: Claim[] = [...metrics.map(claimOfMetric), ...registry.families().map(claimOfOwn)];
  return merge(contributions, new Map(claims.map((claim) => [claim.name, claim])), Math.max(0, room));
}

/** A rule's metric and what a source adds to it; in one go, so that no rule can make the same series in between. */
function* withAdditions(
  metric: AnyMetric,
  family: Family,
  format: Format,
  zeros: Series[] | undefined,
): Generator<string> {
  const own = [...renderMetric(metric, format, { zeros })];
  const groups = claimOfMetric(metric).groups();
  const samples = family.samples.filter((sample) => !groups.has(groupOf(family, sample)));
  const added = { ...family, samples };
  // A rule without series has no header of its own.
  if (own.length === 0) yield* renderFamily(added, format).map(({ text }) => text);
  else yield own.join("") + renderAdditions(added, format);
}

function renderOwn(family: OwnFamily, format: Format): string {
  const text = renderFamilies([family], format);
  return format === "openmetrics" ? text.slice(0, -"# EOF\n".length) : text;
}

/** Texts of families that did not change since the last scrape: those of text files, mostly. */
const texts = new WeakMap<readonly Sample[], Map<string, RenderedFamily[]>>();

function rendered(family: Family, format: Format, contested: boolean): RenderedFamily[] {
  const known = texts.get(family.samples) ?? new Map<string, RenderedFamily[]>();
  texts.set(family.samples, known);
  const key = `${format} ${contested} ${family.help}`;
  const text = known.get(key) ?? renderFamily(family, format, contested);
  known.set(key, text);
  return text;
}
