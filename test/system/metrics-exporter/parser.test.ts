// Needs Debian's python3-prometheus-client.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOpenMetrics } from "../../../packages/exposition/src/parse-openmetrics.ts";
import { cases, mutations } from "./openmetrics-documents.ts";
import { pythonVerdicts } from "./oracles.ts";

/** Why we refuse a document; undefined when we do not. */
function refusal(document: string): string | undefined {
  try {
    parseOpenMetrics(document);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("our verdict on every document is that of the Python client's strict parser", () => {
  const documents = [...cases, ...cases.flatMap(mutations)];
  const verdicts = pythonVerdicts("openmetrics", documents);
  const differing = documents.flatMap((document, index) => {
    const verdict = verdicts[index];
    const ours = refusal(document);
    // Theirs passes over a series that comes twice; the specification and the page do not.
    if (ours?.endsWith("appears twice")) return [];
    return (ours === undefined) === verdict?.ok ? [] : [{ document, ours, theirs: verdict?.reason ?? "ok" }];
  });
  assert.deepEqual(differing, []);
});
