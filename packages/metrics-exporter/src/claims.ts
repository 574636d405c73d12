/** What the exporter itself exposes, as the merge sees it: sources may add to it but never change it. */

import type { Labels } from "@outrigger/exposition/document";
import { type Claim, groupOf } from "@outrigger/exposition/merge";
import type { AnyMetric } from "@outrigger/exposition/metric";
import { readSample } from "@outrigger/exposition/sample-line";
import type { Family } from "@outrigger/runtime/metrics";

/** A rule's metric. */
export function claimOfMetric(metric: AnyMetric): Claim {
  const { name, type, labelNames, freeLabels } = metric.spec;
  const groups = () => {
    const labelSets = metric.table.all.map(
      ({ labels }): Labels =>
        freeLabels
          ? readSample(`x{${labels[0]}} 0`, { strict: true }).labels
          : labelNames.map((label, index) => [label, labels[index] ?? ""] as const),
    );
    if (metric.table.overflow) labelSets.push([["overflow", "true"]]);
    return groupsOf(name, type, labelSets);
  };
  return { name, type, groups };
}

/** One of the exporter's own series. */
export function claimOfOwn({ name, type, samples }: Family): Claim {
  const groups = () =>
    groupsOf(
      name,
      type,
      samples.map(({ labels }) => labels),
    );
  return { name, type, groups };
}

function groupsOf(name: string, type: Claim["type"], labelSets: readonly Labels[]): Set<string> {
  return new Set(labelSets.map((labels) => groupOf({ name, type }, { name, labels, value: 0 })));
}
