/** Statistics pages that answer with JSON, read at every scrape. */
import type { Family } from "@outrigger/exposition/document";
import type { NetworkConfig } from "../config/network-schema.ts";
import { fetchText } from "./http-client.ts";
import { HttpTarget } from "./http-target.ts";
import { JsonMetric, type JsonMetricConfig } from "./json-metric.ts";
import { withLabels } from "./labels.ts";
import { type Reading, readingOf, type ScrapeContext, type Source, SourceFailure } from "./source.ts";

export interface JsonSourceConfig extends NetworkConfig {
  readonly metrics: Readonly<Record<string, string | JsonMetricConfig>>;
}

export class JsonSource implements Source {
  readonly #target: HttpTarget;
  readonly #config: JsonSourceConfig;
  readonly #metrics: readonly JsonMetric[];

  constructor(config: JsonSourceConfig) {
    this.#config = config;
    this.#target = new HttpTarget(config);
    this.#metrics = jsonMetrics(config.metrics);
  }

  async read(context: ScrapeContext): Promise<Reading[]> {
    const reading = await readingOf("json", this.#target.label, async () => {
      const deadline = this.#target.deadline(context);
      const { body } = await fetchText(this.#target, { accept: "application/json" }, deadline);
      const root = parseJson(body, this.#target.label);
      const families: Family[] = [];
      let skipped = 0;
      for (const metric of this.#metrics) {
        const result = metric.read(root);
        skipped += result.skipped;
        families.push(result.family);
      }
      return {
        families: withLabels(families, this.#config.labels),
        ...(skipped > 0 && { skipped: { no_value: skipped } }),
      };
    });
    return [reading];
  }

  stop(): void {
    this.#target.close();
  }
}

/** The metrics of a source; a path alone stands for `{ path }`. @throws JsonMetricError */
export function jsonMetrics(metrics: JsonSourceConfig["metrics"]): JsonMetric[] {
  return Object.entries(metrics).map(
    ([name, metric]) => new JsonMetric(name, typeof metric === "string" ? { path: metric } : metric),
  );
}

function parseJson(body: string, label: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new SourceFailure("parse", `the answer of ${label} is no JSON`);
  }
}
