/** Runs one rule test on metrics of its own. */
import { type Labels, seriesKey } from "@outrigger/exposition/document";
import { parseText } from "@outrigger/exposition/parse-text";
import { renderMetric } from "@outrigger/exposition/render-metric";
import { readSample } from "@outrigger/exposition/sample-line";
import { MetricStore } from "@outrigger/exposition/store";
import type { MetricsConfig } from "../config.ts";
import { maxLine } from "../logs/reader.ts";
import { RecordJoiner } from "../logs/record-joiner.ts";
import { RuleEngine } from "../rules/engine.ts";
import type { RuleTest } from "./schema.ts";

const nothing = () => {};

/** What differs from what the test expects; nothing when it passes. */
export async function runTest({ lines, file, expect, absent }: RuleTest, config: MetricsConfig): Promise<string[]> {
  const samples = await samplesOf(lines, file, config);
  const problems: string[] = [];
  for (const [wanted, value] of Object.entries(expect)) {
    const { name, labels } = readSample(`${wanted} 0`, { strict: false });
    const got = samples.get(keyOf(name, labels));
    if (got !== value) problems.push(`${wanted}: got ${got ?? "no such series"}, wanted ${value}`);
  }
  const names = new Set([...samples.keys()].map((key) => JSON.parse(key)[0] as string));
  for (const unwanted of absent) {
    const { name, labels } = readSample(`${unwanted} 0`, { strict: false });
    const there = unwanted.includes("{") ? samples.has(keyOf(name, labels)) : names.has(name);
    if (there)
      problems.push(`${unwanted}: got ${samples.get(keyOf(name, labels)) ?? "series of that name"}, wanted none`);
  }
  return problems;
}

/** The real values of all series after the lines, by `keyOf`. */
async function samplesOf(
  lines: string,
  file: string,
  { rules, limits, logs }: MetricsConfig,
): Promise<Map<string, number>> {
  const store = new MetricStore(limits.series);
  const events = {
    rule: () => ({ matched: nothing, failed: nothing }),
    lines: nothing,
    unmatched: nothing,
    truncated: nothing,
  };
  const engine = new RuleEngine(store, events, maxLine);
  engine.use(rules);
  if (logs.multiline) {
    const record = (text: string) => engine.record(text, file);
    const joiner = new RecordJoiner(logs.multiline, { record, settled: nothing });
    await joiner.lines(lines, { id: 0, file }, { bytes: 0, lengths: () => [], settled: nothing });
    await joiner.close();
  } else await engine.lines(lines, file);
  engine.close();
  const text = [...store.metrics()]
    .flatMap((metric) => [...renderMetric(metric, "text", { zeros: undefined })])
    .join("");
  const samples = parseText(text).flatMap((family) => family.samples);
  return new Map(samples.map(({ name, labels, value }) => [keyOf(name, labels), value]));
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, seriesKey("", labels)]);
}
