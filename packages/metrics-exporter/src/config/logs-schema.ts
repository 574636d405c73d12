/** `metrics.logs`: which files are read, and which rules read them. */
import { either, type Infer, list, normalize, object, refine, text, withDefault } from "@outrigger/runtime/schema";
import { multilineSchema } from "./multiline-schema.ts";
import { compileRules, definitionsOf } from "./rule-check.ts";
import { rulesSchema } from "./rule-schema.ts";

const files = normalize(
  either("Files to read, as paths or globs; those of the section `logs` when it is left out.", [
    list("Paths or globs.", text("A path or glob.", { nonEmpty: true })),
    text("A path or glob.", { nonEmpty: true }),
  ]),
  (value) => (typeof value === "string" ? [value] : value),
);

const rules = refine(rulesSchema, (byName) => {
  const problems: [path: readonly (string | number)[], message: string][] = [];
  compileRules(definitionsOf(byName), 1, (path, message) => problems.push([path, message]));
  return problems;
});

export const logsSchema = object("Metrics from log files.", {
  files: withDefault(files, []),
  multiline: withDefault(multilineSchema, "none"),
  rules: withDefault(rules, {}),
});

export type MetricsLogsConfig = Infer<typeof logsSchema>;
