/** Matching by a regular expression of the user's. */
import { compilePattern, costOf, forLongTexts } from "@outrigger/runtime/pattern";
import { longTexts, shortTexts } from "@outrigger/runtime/pattern-cost";
import type { MatchThread } from "./match-thread.ts";
import type { Bounds, Matcher } from "./matcher.ts";
import { withoutOptionalTail } from "./optional-tail.ts";
import { Prepared } from "./prepared.ts";

/** Nanoseconds that one match may keep everybody else waiting. */
const longestWait = 25e6;

/** A matcher for one pattern; what it captures are the named groups. */
export class RegexMatcher implements Matcher {
  readonly names: readonly string[];
  readonly cost: number;
  readonly longest: number;
  /** As it was written, with names. */
  readonly #written: RegExp;
  readonly #pattern: RegExp;
  #patternForLong: RegExp | undefined;
  readonly #prepared = new Prepared();
  /** Numbers of the groups of each name; the same name may stand in several alternatives. */
  readonly #groups: readonly (readonly number[])[];

  /**
   * @param used the groups that matter, in the order of the slots; all named ones by default. Others capture nothing: eleven
   *   groups take twice the time of four.
   * @throws PatternError when the pattern is wrong, or cannot be matched in linear time.
   */
  constructor(source: string, used?: readonly string[]) {
    const compiled = compilePattern(source);
    const { text, groups } = onlyGroups(compiled.source, used);
    // Numbered groups instead of named ones: a match with names makes one more object for every record.
    this.#pattern = new RegExp(withoutOptionalTail(text), compiled.flags);
    this.names = used ?? [...groups.keys()];
    this.#written = compiled;
    this.cost = costOf(compiled, shortTexts);
    this.longest = Math.floor(longestWait / costOf(compiled, longTexts));
    this.#groups = this.names.map((name) => groups.get(name) ?? []);
  }

  begin(): void {
    this.#prepared.clear();
  }

  prepare(text: string, records: readonly Bounds[], thread: MatchThread): Promise<void> {
    const { source, flags } = this.#written;
    return this.#prepared.fill({ source, flags, names: this.names }, text, records, thread);
  }

  match(text: string, start: number, end: number, slots: string[]): boolean {
    const length = end - start;
    if (length > this.longest) return this.#prepared.take(start, slots) ?? false;
    const match = (length > shortTexts.length ? this.#forLong() : this.#pattern).exec(text.substring(start, end));
    if (match === null) return false;
    for (let slot = 0; slot < this.#groups.length; slot++) {
      slots[slot] = "";
      for (const group of this.#groups[slot] as readonly number[]) {
        const captured = match[group];
        if (captured !== undefined) slots[slot] = captured;
      }
    }
    return true;
  }

  #forLong(): RegExp {
    this.#patternForLong ??= forLongTexts(this.#pattern);
    return this.#patternForLong;
  }
}

/** The pattern with numbered groups where it had these named ones (all without `used`), and no other groups that capture. */
function onlyGroups(source: string, used?: readonly string[]): { text: string; groups: Map<string, number[]> } {
  const groups = new Map<string, number[]>();
  let count = 0;
  const text = source.replace(
    /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?<([A-Za-z_$][\w$]*)>|\(\?[:=!<]|\(/g,
    (token: string, name: string | undefined) => {
      if (name !== undefined && (used === undefined || used.includes(name))) {
        count++;
        groups.set(name, [...(groups.get(name) ?? []), count]);
        return "(";
      }
      return token === "(" || name !== undefined ? "(?:" : token;
    },
  );
  return { text, groups };
}
