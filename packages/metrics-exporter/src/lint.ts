/** What is allowed but will be regretted: names that break conventions, labels that grow without bound, rules that never count. */
import type { MetricsConfig } from "./config.ts";
import { reachFindings } from "./lint-reach.ts";
import type { CompiledRule } from "./rules/compile.ts";
import type { RuleDefinition } from "./rules/definition.ts";

/** One warning about one rule. */
export interface Finding {
  readonly rule: string;
  readonly message: string;
}

const unbounded =
  /^(?:.*_)?(?:id|uuid|guid|user|username|user_name|user_agent|agent|email|ip|addr|address|remote|host_port|session|token|trace|span|time|timestamp|date|message|msg|query|referer|referrer)$/;
const rawPath = /^(?:path|url|uri|request|route)$/;

/** Units that are not base units, with what to use instead. */
const units: readonly (readonly [pattern: RegExp, base: string])[] = [
  [/_(?:ns|us|ms|nanoseconds|microseconds|milliseconds|millis|minutes|mins|hours|days)(?:_total)?$/, "seconds"],
  [/_(?:kb|mb|gb|kib|mib|gib|kilobytes|megabytes|gigabytes|bits)(?:_total)?$/, "bytes"],
  [/_(?:percent|percentage|pct)$/, "ratio"],
];

/** All warnings about the rules, in their order. Rules without findings are not mentioned. */
export function lint({ logs, rules }: Pick<MetricsConfig, "logs" | "rules">): Finding[] {
  const definitions = logs.rules as Readonly<Record<string, string | RuleDefinition>>;
  return rules.flatMap((rule) => {
    const definition = definitions[rule.name];
    const mapping = typeof definition === "object" ? definition : { match: definition };
    const messages = [...nameFindings(rule, mapping), ...labelFindings(rule, mapping), ...reachFindings(mapping)];
    return messages.map((message) => ({
      rule: rule.name,
      message,
    }));
  });
}

function nameFindings({ name, spec }: CompiledRule, rule: RuleDefinition): string[] {
  const findings: string[] = [];
  if (!isSnakeCase(name)) findings.push(`the name is not snake case: write ${toSnakeCase(name)}`);
  for (const [pattern, base] of units) {
    if (pattern.test(name))
      findings.push(`the name has a unit that is not a base unit: use ${base}, with "unit" to convert`);
  }
  const word = /(?:^|_)(counter|gauge|histogram|metric)(?:_|$)/.exec(name)?.[1];
  if (word !== undefined) findings.push(`the name says its type ("${word}"): Prometheus knows it already`);
  if (spec.type === "counter" && !name.endsWith("_total")) {
    findings.push(`the name of a counter ends in _total: it is exposed as ${spec.name}, so call it that`);
  }
  if (spec.type !== "counter" && name.endsWith("_total"))
    findings.push(`only counters end in _total; this is a ${spec.type}`);
  if (rule.type === "histogram" && rule.buckets === undefined && !/_(?:seconds|bytes)$/.test(name)) {
    findings.push("the name has no unit, so the buckets are those for seconds: set buckets");
  }
  return findings;
}

function labelFindings({ spec }: CompiledRule, rule: RuleDefinition): string[] {
  return spec.labelNames.flatMap((label) => {
    const snakeCase = toSnakeCase(label);
    const findings = isSnakeCase(label) ? [] : [`the label ${label} is not snake case: write ${snakeCase}`];
    if (unbounded.test(snakeCase))
      findings.push(`the label ${label} looks unbounded: every new value is a new series; leave it out`);
    if (rawPath.test(snakeCase) && !isFiltered(label, rule))
      findings.push(
        `the label ${label} holds raw paths, each a series of its own: use {${label}:path} or leave it out`,
      );
    return findings;
  });
}

/** Whether the text of a label goes through the filter `path`. */
function isFiltered(label: string, { match = "", labels }: RuleDefinition): boolean {
  const text =
    labels === undefined || Array.isArray(labels) ? match : String((labels as Record<string, unknown>)[label]);
  return /\{[^}]*:path\b/.test(text) || (typeof labels === "object" && !Array.isArray(labels) && !/[{$]/.test(text));
}

function isSnakeCase(name: string): boolean {
  return !/[A-Z]/.test(name);
}

function toSnakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
