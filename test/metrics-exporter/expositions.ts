/** Every exporter that a test has started is asked for both formats at the end, and both must be sound. */
import { parseOpenMetrics } from "../../packages/exposition/src/parse-openmetrics.ts";
import { parseText } from "../../packages/exposition/src/parse-text.ts";
import type { Exporter } from "./exporter.ts";

/** Scrapes in turns, so that one format could spoil the other, and throws when a strict parser refuses what came. */
export async function checkExpositions(exporter: Exporter): Promise<void> {
  for (const format of ["text", "openmetrics", "text"] as const) {
    const { body } = await exporter.get("/metrics", {
      accept: format === "text" ? "text/plain" : "application/openmetrics-text",
      // Targets that are gone or hang are not waited for.
      "x-prometheus-scrape-timeout-seconds": "1",
    });
    if (format === "text") parseText(body);
    else parseOpenMetrics(body);
  }
}
