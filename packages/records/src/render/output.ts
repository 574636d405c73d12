import { JsonRenderer } from "./json.ts";
import { LogfmtRenderer } from "./logfmt.ts";
import type { Labels, Renderer } from "./renderer.ts";
import { TemplateRenderer } from "./template.ts";

/** The outputs that are made of records; `raw` and `prefix` are made of bytes. */
export type RecordOutput = "json" | "logfmt" | { readonly template: string };

/**
 * The renderer of an output for the records of one file.
 *
 * @throws UsageError for a template that cannot be used.
 */
export function rendererOf(output: RecordOutput, labels: Labels): Renderer {
  if (output === "json") return new JsonRenderer(labels);
  return output === "logfmt" ? new LogfmtRenderer(labels) : new TemplateRenderer(output.template, labels);
}
