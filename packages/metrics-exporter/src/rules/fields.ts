/** What a rule may refer to in its records, and where the matcher puts it. */
import { suggestion } from "@outrigger/runtime/nearest";
import type { Matcher } from "./matcher.ts";
import type { QuantityType } from "./quantity.ts";
import { RegexMatcher } from "./regex-matcher.ts";
import { parseTemplate } from "./template.ts";
import { TemplateMatcher } from "./template-matcher.ts";
import { UnsafeMatcher } from "./unsafe-matcher.ts";

/** The fields of one rule's records, by name. */
export interface Fields {
  /** What becomes a label when the rule does not say. */
  readonly captures: readonly string[];
  /** The slot of a field; undefined when there is no such field. */
  slotOf(name: string): number | undefined;
  /** What to write instead of an unknown name. */
  advice(name: string): string;
  /** Made after all slots are known. */
  matcher(): Matcher;
}

/** Fields that a pattern captures. */
class CapturedFields implements Fields {
  readonly captures: readonly string[];
  readonly #matcher: Matcher;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
    this.captures = matcher.names;
  }

  slotOf(name: string): number | undefined {
    const slot = this.captures.indexOf(name);
    return slot < 0 ? undefined : slot;
  }

  advice(name: string): string {
    if (this.captures.length === 0) return "; the rule captures nothing";
    return suggestion(name, this.captures);
  }

  matcher(): Matcher {
    return this.#matcher;
  }
}

/** @param valueType what `{value}` is unless it is typed. @throws TemplateError */
export function templateFields(template: string, valueName: string, valueType: QuantityType | undefined): Fields {
  return new CapturedFields(new TemplateMatcher(parseTemplate(template, valueType), valueName));
}

/** @param unsafe takes patterns that cannot be matched in linear time, under a watchdog. @throws PatternError */
export function regexFields(pattern: string, unsafe: boolean): Fields {
  return new CapturedFields(unsafe ? new UnsafeMatcher(pattern) : new RegexMatcher(pattern));
}
