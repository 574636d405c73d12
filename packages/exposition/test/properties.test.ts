import assert from "node:assert/strict";
import { test } from "node:test";
import type { Format } from "@outrigger/runtime/metrics-text";
import fc from "fast-check";
import { keepRendering } from "../../../test/harness/renderings.ts";
import type { Family, FamilyType, Sample } from "../src/document.ts";
import { merge } from "../src/merge.ts";
import { parseOpenMetrics } from "../src/parse-openmetrics.ts";
import { parseText } from "../src/parse-text.ts";
import { renderFamily } from "../src/render-family.ts";

const name = fc.constantFrom("a", "b_total", "c_info", "b", "b_created", "d_count", "d");
const label = fc.tuple(fc.constantFrom("x", "y"), fc.string({ unit: "grapheme", maxLength: 6 }));
const labels = fc.uniqueArray(label, { selector: ([key]) => key, maxLength: 2 });
const value = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }));

/** A family as a parser of 0.0.4 may give it: of one simple type, series only once. */
const family = fc
  .tuple(
    name,
    fc.constantFrom<FamilyType>("counter", "gauge", "unknown"),
    fc.array(fc.tuple(labels, value), { minLength: 1, maxLength: 4 }),
  )
  .map(([own, type, series]): Family => {
    const samples = series.map(([pairs, number]): Sample => ({ name: own, labels: pairs, value: number }));
    return { name: own, type, help: 'with "quotes" and \\ and\nlines', samples };
  });

/** What the exporter would write for these documents. */
function expositionOf(documents: readonly Family[][], format: Format): string {
  const contributions = documents.map((families, index) => ({ source: String(index), families }));
  const { families } = merge(contributions, new Map(), 1000);
  const names = new Set(families.map((one) => one.name));
  const contested = (one: Family) =>
    one.type === "counter" &&
    [one.name.replace(/_total$/, ""), one.name.replace(/_total$/, "_created")].some((other) => names.has(other));
  const text = families.flatMap((one) => renderFamily(one, format, contested(one)).map((part) => part.text)).join("");
  return keepRendering(format, format === "openmetrics" ? `${text}# EOF\n` : text);
}

const series = (families: readonly Family[]) =>
  families
    .flatMap(({ samples }) =>
      samples.map((sample) => JSON.stringify([sample.name, sample.labels, String(sample.value + 0)])),
    )
    .sort();

test("the merge of any documents is valid in both formats and holds the same series", () => {
  fc.assert(
    fc.property(fc.array(fc.array(family, { maxLength: 5 }), { maxLength: 3 }), (documents) => {
      const fromText = parseText(expositionOf(documents, "text"));
      const fromOpenMetrics = parseOpenMetrics(expositionOf(documents, "openmetrics"));
      assert.deepEqual(series(fromText), series(fromOpenMetrics));
    }),
    { numRuns: 500 },
  );
});

test("rendering what was parsed gives the same text", () => {
  fc.assert(
    fc.property(fc.array(family, { maxLength: 5 }), (families) => {
      const text = expositionOf([families], "text");
      assert.equal(expositionOf([parseText(text)], "text"), text);
      const openmetrics = expositionOf([families], "openmetrics");
      assert.equal(expositionOf([parseOpenMetrics(openmetrics)], "openmetrics"), openmetrics);
    }),
    { numRuns: 300 },
  );
});
