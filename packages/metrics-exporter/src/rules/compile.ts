/** From a rule's definition to something that can be run on records. */
import type { MetricSpec } from "@outrigger/exposition/metric";
import { suggestion } from "@outrigger/runtime/nearest";
import { PatternError } from "@outrigger/runtime/pattern";
import { JsonPathError } from "../json/path.ts";
import { compileConditions } from "./conditions.ts";
import type { ReportProblem, RuleDefinition } from "./definition.ts";
import { type Fields, regexFields, templateFields } from "./fields.ts";
import { JsonFields } from "./json-fields.ts";
import { compileLabels, type Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";
import { metricKind } from "./metric-kind.ts";
import { fieldsOfPreset, presetNames } from "./preset-fields.ts";
import type { SharedPatterns } from "./shared-pattern.ts";
import { parseTemplate, TemplateError } from "./template.ts";
import { compileValue, type ReadValue } from "./value.ts";

/** A rule that is ready to run. */
export interface CompiledRule {
  readonly name: string;
  readonly spec: MetricSpec;
  readonly matcher: Matcher;
  readonly labels: Labels;
  /** Where the value is among the slots, and how it is read; undefined: the event itself counts, as 1. */
  readonly value: { readonly slot: number; readonly read: ReadValue } | undefined;
  readonly accepts: ((slots: readonly string[]) => boolean) | undefined;
  /** Label values in the order of `spec.labelNames` that exist from the start. */
  readonly init: readonly (readonly string[])[];
}

/**
 * Compiles one rule; undefined when a problem was reported.
 *
 * @param seriesPerMetric the limit of rules that have none of their own.
 * @param patterns shared with the other rules of the configuration.
 */
export function compileRule(
  name: string,
  rule: RuleDefinition,
  seriesPerMetric: number,
  patterns: SharedPatterns,
  report: ReportProblem,
): CompiledRule | undefined {
  let sound = true;
  const fail: ReportProblem = (path, message) => {
    sound = false;
    report(path, message);
  };
  const valueName = rule.value ?? "value";
  const fields = compileFields(rule, valueName, patterns, fail);
  if (!fields) return undefined;
  // Only patterns have a capture `value` without being told: a field of that name in a JSON record is just a field.
  const slot = rule.value !== undefined || fields.captures.includes(valueName) ? fields.slotOf(valueName) : undefined;
  if (rule.value !== undefined && slot === undefined) {
    fail(["value"], `there is no capture or field "${rule.value}"${fields.advice(rule.value)}`);
  }
  const labels = compileLabels(rule.labels, fields, valueName, fail);
  const kind = metricKind(name, rule, slot !== undefined, labels.names, fail);
  const read = compileReader(rule, valueName, slot !== undefined, fail);
  const accepts = rule.when && compileConditions(rule.when, fields, fail);
  const init = compileInit(rule.init ?? [], labels.names, fail);
  if (!sound) return undefined;
  const spec: MetricSpec = {
    name: kind.name,
    type: kind.type,
    help: rule.help ?? defaultHelp(name, kind.type),
    labelNames: labels.names,
    ...(kind.buckets && { buckets: kind.buckets }),
    limits: { series: rule.limit ?? seriesPerMetric, ttl: rule.ttl ?? 0 },
  };
  const value = slot === undefined ? undefined : { slot, read };
  return { name, spec, matcher: fields.matcher(), labels, value, accepts, init };
}

function compileFields(
  rule: RuleDefinition,
  valueName: string,
  patterns: SharedPatterns,
  fail: ReportProblem,
): Fields | undefined {
  const kinds = (["match", "regex", "json", "preset"] as const).filter((kind) => rule[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const given = kinds.length > 1 ? `; this one has ${kinds.join(" and ")}` : "";
    fail([], `a rule needs exactly one of match, regex, json, preset${given}`);
    return undefined;
  }
  if (rule.unsafe !== undefined && rule.regex === undefined) fail(["unsafe"], "only a regex can be unsafe: remove it");
  try {
    // A value that holds its unit is read to the end of it.
    const valueType = rule.unit === "duration" || rule.unit === "bytes" ? rule.unit : undefined;
    if (rule.match !== undefined) return templateFields(rule.match, valueName, valueType);
    if (rule.regex !== undefined) return regexFields(rule.regex, rule.unsafe ?? false);
    if (rule.json !== undefined) return new JsonFields(rule.json);
    const fields = fieldsOfPreset(rule.preset ?? "", patterns);
    if (!fields) fail(["preset"], `there is no preset "${rule.preset}"${suggestion(rule.preset ?? "", presetNames)}`);
    return fields;
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof PatternError || error instanceof JsonPathError))
      throw error;
    const unsafe = /linear time/.test(error.message) ? ", or add unsafe: true to the rule" : "";
    fail([kind], error.message + unsafe);
    return undefined;
  }
}

/** How the value is read: by `unit`, or by the type of the template's capture. */
function compileReader(rule: RuleDefinition, valueName: string, hasValue: boolean, fail: ReportProblem): ReadValue {
  for (const key of ["unit", "map"] as const) {
    if (rule[key] !== undefined && !hasValue) fail([key], `there is no value that it could apply to: capture {value}`);
  }
  const tokens = rule.match === undefined ? [] : parseTemplate(rule.match);
  const capture = tokens.find((token) => typeof token !== "string" && token.name === valueName);
  const typed = typeof capture === "object" && (capture.type === "duration" || capture.type === "bytes");
  if (typed && rule.unit !== undefined && rule.unit !== capture.type) {
    fail(["unit"], `{${valueName}:${capture.type}} has its unit already: remove one of the two`);
  }
  return compileValue(typed ? capture.type : rule.unit, rule.map);
}

function compileInit(
  init: NonNullable<RuleDefinition["init"]>,
  names: readonly string[],
  fail: ReportProblem,
): readonly (readonly string[])[] {
  return init.map((labels, index) => {
    for (const name of Object.keys(labels)) {
      if (!names.includes(name))
        fail(["init", index, name], `the rule has no label "${name}"; it has ${names.join(", ") || "none"}`);
    }
    return names.map((name) => {
      const value = labels[name];
      if (value === undefined) fail(["init", index], `the label "${name}" is missing`);
      return String(value);
    });
  });
}

function defaultHelp(rule: string, type: MetricSpec["type"]): string {
  const what = { counter: "Counted", gauge: "Last value seen", histogram: "Observed" }[type];
  return `${what} by the log rule ${rule}.`;
}
