/** Constant labels of a source, added to what it gives. */
import type { Family } from "@outrigger/exposition/document";

/** Families whose samples have these labels too; a label of the same name is replaced. */
export function withLabels(
  families: readonly Family[],
  labels: Readonly<Record<string, string>> | undefined,
): readonly Family[] {
  const added = Object.entries(labels ?? {});
  if (added.length === 0) return families;
  return families.map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({
      ...sample,
      labels: [...sample.labels.filter(([name]) => !added.some(([other]) => other === name)), ...added],
    })),
  }));
}
