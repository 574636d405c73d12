import { Redactor } from "@outrigger/records/redact";
import type { RecordSettings } from "../record-keys.ts";
import type { OutputContext, SourceOutput } from "./output.ts";
import { PrefixOutput } from "./prefix.ts";
import { RawOutput } from "./raw.ts";
import { RecordsOutput } from "./records.ts";
import { RedactedOutput } from "./redacted.ts";

/** The output that does what a source asks for with the least work: bytes are copied unless lines have to be looked at. */
export function outputOf(settings: RecordSettings, context: OutputContext): SourceOutput {
  const { output, multiline, parse, redact } = settings;
  if ((output === "raw" || output === "prefix") && multiline === undefined && parse === undefined) {
    if (redact.length === 0) return output === "raw" ? new RawOutput(context) : new PrefixOutput(context);
    if (output === "raw") return new RedactedOutput(new Redactor(redact), context);
  }
  return new RecordsOutput(settings, context);
}
