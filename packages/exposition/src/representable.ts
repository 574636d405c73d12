/** Whether OpenMetrics can express a family of 0.0.4 with its type. */
import type { Family } from "./document.ts";
import { checkGroups, checkSample } from "./openmetrics-rules.ts";
import { suffixes } from "./parse-openmetrics.ts";
import { LineError } from "./sample-line.ts";

/** False for counters without `_total`, values that the type forbids, and incomplete histograms. */
export function representable({ name, type, samples }: Family): boolean {
  const ending = type === "counter" ? "_total" : type === "info" ? "_info" : "";
  if (!name.endsWith(ending) || name === ending) return false;
  const base = name.slice(0, name.length - ending.length);
  try {
    for (const sample of samples) {
      if (!suffixes[type].some((suffix) => base + suffix === sample.name)) return false;
      checkSample(base, type, sample);
    }
    checkGroups(base, type, samples);
    return true;
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}
