/** `metrics.logs`: which files are read, and which rules read them. */
import { either, type Infer, list, normalize, object, text, withDefault } from "@outrigger/runtime/schema";
import type { RuleDefinition } from "../rules/definition.ts";
import { rulesSchema } from "./rule-schema.ts";

const files = normalize(
  either("Files to read, as paths or globs; those of the section `logs` when it is left out.", [
    list("Paths or globs.", text("A path or glob.", { nonEmpty: true })),
    text("A path or glob.", { nonEmpty: true }),
  ]),
  (value) => (typeof value === "string" ? [value] : value),
);

const rules = normalize(rulesSchema, (byName) => {
  const definitions = Object.entries(byName).map(([name, rule]): [string, RuleDefinition] => [
    name,
    typeof rule === "string" ? { match: rule } : rule,
  ]);
  return new Map(definitions);
});

export const logsSchema = object("Metrics from log files.", {
  files: withDefault(files, []),
  rules: withDefault(rules, {}),
});

export type MetricsLogsConfig = Infer<typeof logsSchema>;
