/** Labels of a rule: which there are, and how their values come out of a record. */
import path from "node:path";
import type { ReportProblem, RuleDefinition, Scalar } from "./definition.ts";
import type { Fields } from "./fields.ts";
import { parseText, TemplateError } from "./template.ts";

/** The names of a rule's labels, and what fills in their values. */
export interface Labels {
  readonly names: readonly string[];
  /** Writes the values in the order of `names`; `file` is the path that the record came from. */
  fill(slots: readonly string[], file: string, out: string[]): void;
}

type Part = string | ((slots: readonly string[], file: string) => string);

/**
 * Compiles `labels`. A list selects fields, a mapping makes new labels from text with `{captures}`; without either
 * every capture but the value is a label.
 */
export function compileLabels(
  labels: RuleDefinition["labels"],
  fields: Fields,
  valueName: string,
  report: ReportProblem,
): Labels {
  const entries: [name: string, path: (string | number)[], parts: readonly Part[]][] = [];
  if (labels === undefined) {
    for (const name of fields.captures) {
      if (name !== valueName) entries.push([name, [], [fieldPart(name, fields, [], report)]]);
    }
  } else if (Array.isArray(labels)) {
    (labels as readonly string[]).forEach((name, index) => {
      entries.push([name, ["labels", index], [fieldPart(name, fields, ["labels", index], report)]]);
    });
  } else {
    for (const [name, value] of Object.entries(labels as Record<string, Scalar>)) {
      entries.push([name, ["labels", name], textParts(String(value), fields, ["labels", name], report)]);
    }
  }
  const names = entries.map(([name]) => name);
  entries.forEach(([name, where], index) => {
    checkName(name, where, report);
    if (names.indexOf(name) !== index) report(where, `the label "${name}" appears twice`);
  });
  return build(
    names,
    entries.map(([, , parts]) => parts),
  );
}

function checkName(name: string, where: readonly (string | number)[], report: ReportProblem): void {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    report(where, `"${name}" is no label name: it must have letters, digits and underscores only`);
  } else if (name.startsWith("__")) {
    report(where, `the label name "${name}" is reserved by Prometheus: names must not begin with __`);
  } else if (name === "overflow") {
    report(where, 'the label name "overflow" is kept for the series that takes what is beyond a limit: use another');
  }
}

function build(names: readonly string[], parts: readonly (readonly Part[])[]): Labels {
  const single = parts.map((some) => (some.length === 1 ? (some[0] as Part) : undefined));
  return {
    names,
    fill(slots, file, out) {
      for (let index = 0; index < names.length; index++) {
        const part = single[index];
        if (typeof part === "function") out[index] = part(slots, file);
        else out[index] = part ?? concatenate(parts[index] as readonly Part[], slots, file);
      }
    },
  };
}

function concatenate(parts: readonly Part[], slots: readonly string[], file: string): string {
  let text = "";
  for (const part of parts) text += typeof part === "string" ? part : part(slots, file);
  return text;
}

function textParts(
  source: string,
  fields: Fields,
  where: readonly (string | number)[],
  report: ReportProblem,
): readonly Part[] {
  try {
    if (/^\$[.[]/.test(source)) return [fieldPart(source, fields, where, report)];
    return parseText(source).map((token): Part => {
      if (typeof token === "string") return token;
      const part = fieldPart(token.name ?? "_", fields, where, report);
      if (token.filters.length === 0 || typeof part === "string") return part;
      return (slots, file) => token.filters.reduce((text, filter) => filter(text), part(slots, file));
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(where, error.message);
    return [];
  }
}

function fieldPart(name: string, fields: Fields, where: readonly (string | number)[], report: ReportProblem): Part {
  if (name === "_path") return (_slots, file) => file;
  if (name === "_file") return (_slots, file) => path.basename(file);
  const slot = fields.slotOf(name);
  if (slot === undefined) {
    report(where, `there is no capture or field "${name}"${fields.advice(name)}`);
    return "";
  }
  return (slots) => slots[slot] as string;
}
