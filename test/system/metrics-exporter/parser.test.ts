// Needs Debian's python3-prometheus-client and prometheus (promtool).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Family } from "../../../packages/exposition/src/document.ts";
import { parseOpenMetrics } from "../../../packages/exposition/src/parse-openmetrics.ts";
import { parseText } from "../../../packages/exposition/src/parse-text.ts";
import { mutated } from "./mutations.ts";
import { cases, mutations, textCases } from "./openmetrics-documents.ts";
import { promtoolErrors, pythonVerdicts, type Verdict } from "./oracles.ts";

/** The families of a document, or why we refuse it. */
function read(parse: (text: string) => Family[], document: string): Family[] | string {
  try {
    return parse(document);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The value of every series, the last one if it comes several times; sorted. */
function settled(
  series: readonly (readonly [name: string, labels: Family["samples"][number]["labels"], value: number])[],
) {
  const values = new Map(
    series.map(([name, labels, value]) => [
      JSON.stringify([name, [...labels].sort(([a], [b]) => (a < b ? -1 : 1))]),
      value,
    ]),
  );
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What Python prints for a float. */
const fromPython = (text: string) => Number(text.replace("inf", "Infinity"));

/** Where the Python client is laxer than the specification and says so of itself ("a laxer parser than the main Go parser"). */
function isLaxerThere(document: string, reason: string): boolean {
  // It passes over a series that comes twice; the page names that case.
  if (reason.endsWith("appears twice")) return true;
  // It looks neither at what is between `#` and the keyword, nor at the character behind `}`, and strips blanks off a bound.
  return /^#[^ ]* (?:HELP|TYPE|UNIT) /m.test(document) || /"\}[^ ]/.test(document) || /="[^"]*\s[^"]*"/.test(document);
}

test("our verdict on every document, and what we read in it, is that of the Python client's strict parser", () => {
  const documents = [...cases, ...cases.flatMap(mutations), ...mutated(cases, 6000, 1)];
  const verdicts = pythonVerdicts("openmetrics", documents);
  let accepted = 0;
  const differing = documents.flatMap((document, index) => {
    const { ok, reason, samples = [] } = verdicts[index] as Verdict;
    const ours = read(parseOpenMetrics, document);
    if (typeof ours === "string") return ok && !isLaxerThere(document, ours) ? [{ document, ours, theirs: "ok" }] : [];
    if (!ok) return [{ document, ours: "ok", theirs: reason }];
    accepted++;
    assert.deepEqual(
      settled(ours.flatMap((family) => family.samples).map(({ name, labels, value }) => [name, labels, value + 0])),
      settled(samples.map(([name, labels, value]) => [name, labels, fromPython(value) + 0])),
      document,
    );
    return [];
  });
  assert.deepEqual(differing, []);
  assert.ok(accepted > 500 && accepted < documents.length / 2, `${accepted} of ${documents.length} were accepted`);
});

test("our verdict on every document in the text format is that of promtool", () => {
  const documents = [...textCases, ...mutated(textCases, 100, 2)];
  const differing = documents.flatMap((document) => {
    const ours = read(parseText, document);
    const theirs = promtoolErrors(document);
    // promtool looks neither for a series that comes twice, nor for a half-written line, a missing type or a missing bound.
    if (typeof ours === "string" && /appears twice|half written|"" is no type|has no label/.test(ours)) return [];
    // A backslash in a HELP is the server's own parser's way, and does no harm: ours is written anew.
    if (typeof ours !== "string" && /^# HELP .*invalid escape sequence/ms.test(document + theirs)) return [];
    return (typeof ours === "string") === (theirs !== "") ? [] : [{ document, ours, theirs }];
  });
  assert.deepEqual(differing, []);
});
