/** Rules that can never count, because their `when` asks for what their preset or pattern never gives. */
import { presets } from "@outrigger/records/presets";
import type { Condition, RuleDefinition } from "./rules/definition.ts";

/** One sentence for each condition that cannot hold. */
export function reachFindings({ preset, regex, when = {} }: RuleDefinition): string[] {
  const known = preset === undefined ? undefined : presets.get(preset);
  const source = known?.kind === "pattern" ? known.source : regex;
  if (source === undefined) return [];
  const aliases: Readonly<Record<string, string>> = known?.kind === "pattern" ? (known.aliases ?? {}) : {};
  const whose = preset === undefined ? "the regex" : `the preset ${preset}`;
  return Object.entries(when).flatMap(([field, condition]) => {
    const wanted = textsOf(condition);
    const parts = groupsOf(source, aliases[field] ?? field);
    if (wanted === undefined || parts.length === 0 || wanted.some((text) => canBe(text, parts, source))) return [];
    const never = wanted.map((text) => `"${text}"`).join(" or ");
    const form = parts.join(" or ");
    return `unreachable: ${whose} never has ${never} as its ${field}, which is ${form}; write it as the log does`;
  });
}

/** The texts that a condition accepts; undefined for a comparison. */
function textsOf(condition: Condition): readonly string[] | undefined {
  const texts = (Array.isArray(condition) ? condition : [condition]).map(String);
  return Array.isArray(condition) || !/^(?:[<>]=?|!=)/.test(texts[0] ?? "") ? texts : undefined;
}

/** Whether a group with one of these patterns can capture the text; one that takes no part gives an empty one. */
function canBe(text: string, parts: readonly string[], source: string): boolean {
  const flags = source.startsWith("(?i)") ? "i" : "";
  try {
    return text === "" || parts.some((part) => new RegExp(`^(?:${part})$`, flags).test(text));
  } catch {
    // It refers to other groups: nothing can be said.
    return true;
  }
}

/** What is between the parentheses of the groups of this name. */
function groupsOf(source: string, name: string): string[] {
  const bodies: string[] = [];
  for (const { index, 0: opening } of source.matchAll(/\(\?P?<(\w+)>/g)) {
    if (opening.replace("P", "") !== `(?<${name}>`) continue;
    const start = index + opening.length;
    bodies.push(source.slice(start, endOfGroup(source, start)));
  }
  return bodies;
}

/** Where the parenthesis stands that closes the group whose body begins at `start`. */
function endOfGroup(source: string, start: number): number {
  let depth = 1;
  let inClass = false;
  for (let at = start; at < source.length; at++) {
    const char = source[at];
    if (char === "\\") at++;
    else if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return at;
  }
  return source.length;
}
