import { requiredLiteral } from "./literals.ts";
import { type RedactionPreset, redactionPresets } from "./presets.ts";
import { type RedactionRule, redacted } from "./rule.ts";

/** Removes secrets from lines. Several lines at once are looked through for literals first, so that clean ones cost little. */
export class Redactor {
  readonly #rules: readonly RedactionRule[];

  /** @param rules names of presets, and patterns (compiled by `compilePattern`) of which every match is a secret. */
  constructor(rules: readonly (RedactionPreset | RegExp)[]) {
    this.#rules = rules.map((rule) => (typeof rule === "string" ? redactionPresets[rule] : patternRule(rule)));
  }

  line(line: string): string {
    let result = line;
    for (const rule of this.#rules) if (concerns(rule, result)) result = rule.replace(result);
    return result;
  }

  /** The same list when there was nothing to remove. */
  lines(lines: readonly string[]): readonly string[] {
    return this.clean(lines.join("\n")) ? lines : lines.map((line) => this.line(line));
  }

  /** Whether nothing in `text`, which may be many lines, can be a secret: a quick look that errs on the safe side. */
  clean(text: string): boolean {
    return !this.#rules.some((rule) => concerns(rule, text));
  }
}

function concerns(rule: RedactionRule, text: string): boolean {
  return rule.literals.length === 0 || rule.literals.some((literal) => text.includes(literal));
}

/** All that matches is a secret, or, if the pattern has a group named `secret`, what that group matches. */
function patternRule(pattern: RegExp): RedactionRule {
  const literal = requiredLiteral(pattern);
  const secretOnly = pattern.source.includes("(?<secret>");
  const flags = new Set(pattern.flags.replace("y", "")).add("g");
  if (secretOnly) flags.add("d");
  const global = new RegExp(pattern.source, [...flags].join(""));
  return {
    literals: literal === undefined ? [] : [literal],
    replace: (line) => (secretOnly ? replaceSecrets(line, global) : line.replace(global, redactNonEmpty)),
  };
}

/** A pattern that can match nothing must not put marks between all characters. */
function redactNonEmpty(match: string): string {
  return match === "" ? "" : redacted;
}

function replaceSecrets(line: string, pattern: RegExp): string {
  let result = "";
  let copied = 0;
  for (const match of line.matchAll(pattern)) {
    const range = match.indices?.groups?.secret;
    if (range === undefined || range[0] === range[1]) continue;
    result += line.slice(copied, range[0]) + redacted;
    copied = range[1];
  }
  return result + line.slice(copied);
}
