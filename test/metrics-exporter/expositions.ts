/** Every exporter that a test has started is asked for both formats at the end, and both must be sound. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseOpenMetrics } from "../../packages/exposition/src/parse-openmetrics.ts";
import { parseText } from "../../packages/exposition/src/parse-text.ts";
import type { Exporter } from "./exporter.ts";

/** Names a directory where all these texts are kept, for parsers that others have written. */
export const keepVariable = "TEST_EXPOSITIONS";

/** Scrapes in turns, so that one format could spoil the other, and throws when a strict parser refuses what came. */
export async function checkExpositions(exporter: Exporter): Promise<void> {
  for (const [turn, format] of (["text", "openmetrics", "text"] as const).entries()) {
    const { body } = await exporter.get("/metrics", {
      accept: format === "text" ? "text/plain" : "application/openmetrics-text",
      // Targets that are gone or hang are not waited for.
      "x-prometheus-scrape-timeout-seconds": "1",
    });
    keep(`${exporter.process.pid}-${turn}.${format}`, body);
    if (format === "text") parseText(body);
    else parseOpenMetrics(body);
  }
}

function keep(name: string, body: string): void {
  const directory = process.env[keepVariable];
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, name), body);
}
