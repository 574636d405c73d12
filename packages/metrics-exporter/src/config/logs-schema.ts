/** `metrics.logs`: which files are read, and which rules read them. */

import { Invalid, list, normalize, object, refine, text, withDefault } from "@outrigger/runtime/schema";
import { patternProblem } from "@outrigger/tail/pattern";
import { multilineSchema } from "./multiline-schema.ts";
import { compileRules, definitionsOf } from "./rule-check.ts";
import { rulesSchema } from "./rule-schema.ts";

/** A path or glob that the follower can read. */
const pattern = normalize(text("A path or glob.", { expected: "a path or glob" }), (value) => {
  const problem = patternProblem(value);
  if (problem !== undefined) throw new Invalid(problem);
  return value;
});

const files = list("Files to read, as paths or globs; those of the section `logs` when it is left out.", pattern);

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
