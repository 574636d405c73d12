/** Compiles all rules together: what single rules cannot know is that two of them expose the same series. */
import type { Report } from "@outrigger/runtime/section";
import { type CompiledRule, compileRule } from "../rules/compile.ts";
import type { RuleDefinition } from "../rules/definition.ts";
import { ownNames } from "../rules/metric-kind.ts";
import { SharedPatterns } from "../rules/shared-pattern.ts";

/** Rules as the schema gives them: a template alone stands for `match`. */
export function definitionsOf(rules: Readonly<Record<string, string | RuleDefinition>>): Map<string, RuleDefinition> {
  return new Map(
    Object.entries(rules).map(([name, rule]) => [name, typeof rule === "string" ? { match: rule } : rule]),
  );
}

/** The compiled rules; problems are reported at paths that begin with the rule's name. */
export function compileRules(
  rules: ReadonlyMap<string, RuleDefinition>,
  seriesPerMetric: number,
  report: Report,
): CompiledRule[] {
  const owners = new Map<string, string>();
  const compiled: CompiledRule[] = [];
  const patterns = new SharedPatterns();
  for (const [name, definition] of rules) {
    const rule = compileRule(name, definition, seriesPerMetric, patterns, (path, message) =>
      report([name, ...path], message),
    );
    if (!rule) continue;
    const names = ownNames(rule.spec);
    const taken = names.find((owned) => owners.has(owned));
    if (taken !== undefined)
      report([name], `needs the name ${taken}, and so does the rule "${owners.get(taken)}": rename one of them`);
    for (const owned of names) owners.set(owned, name);
    compiled.push(rule);
  }
  return compiled;
}
