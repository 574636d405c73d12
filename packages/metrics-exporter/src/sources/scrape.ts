/** Other `/metrics` endpoints, read at every scrape and merged. */

import type { Family } from "@outrigger/exposition/document";
import { parseOpenMetrics } from "@outrigger/exposition/parse-openmetrics";
import { parseText } from "@outrigger/exposition/parse-text";
import type { NetworkConfig } from "../config/network-schema.ts";
import { type Fetched, fetchText } from "./http-client.ts";
import { HttpTarget } from "./http-target.ts";
import { withLabels } from "./labels.ts";
import { type Reading, readingOf, type ScrapeContext, type Source, SourceFailure } from "./source.ts";
import { viaHeader } from "./via.ts";

const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

export class ScrapeSource implements Source {
  readonly #target: HttpTarget;
  readonly #labels: NetworkConfig["labels"];

  constructor(config: NetworkConfig) {
    this.#target = new HttpTarget(config);
    this.#labels = config.labels;
  }

  async read(context: ScrapeContext): Promise<Reading[]> {
    const reading = await readingOf("scrape", this.#target.label, async () => {
      const deadline = this.#target.deadline(context);
      const seconds = Math.max(0.001, (deadline - performance.now()) / 1000);
      const fetched = await fetchText(
        this.#target,
        { accept, [viaHeader]: context.via.join(","), "x-prometheus-scrape-timeout-seconds": seconds.toFixed(3) },
        deadline,
      );
      return { families: withLabels(parseBody(fetched), this.#labels) };
    });
    return [reading];
  }

  stop(): void {
    this.#target.close();
  }
}

/** Parses a body as the format that it is declared to be; without a declaration as 0.0.4. */
function parseBody({ contentType, body }: Fetched): Family[] {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/openmetrics-text") return parseOpenMetrics(body);
  if (type === "" || type === "text/plain") return parseText(body);
  throw new SourceFailure("content_type", `the answer is ${type}, which is no exposition format`);
}
