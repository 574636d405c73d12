/** Matching by a regular expression of the user's. */
import { compilePattern } from "@outrigger/runtime/pattern";
import type { Matcher } from "./matcher.ts";

/** A matcher for one pattern; what it captures are the named groups. */
export class RegexMatcher implements Matcher {
  readonly names: readonly string[];
  readonly #pattern: RegExp;
  /** Numbers of the groups of each name; the same name may stand in several alternatives. */
  readonly #groups: readonly (readonly number[])[];

  /** @throws PatternError when the pattern is wrong, or cannot be matched in linear time. */
  constructor(source: string) {
    const compiled = compilePattern(source);
    const { text, groups } = onlyNamedGroups(compiled.source);
    // Numbered groups instead of named ones: a match with names makes one more object for every record.
    this.#pattern = new RegExp(text, compiled.flags);
    this.names = [...groups.keys()];
    this.#groups = [...groups.values()];
  }

  match(text: string, start: number, end: number, slots: string[]): boolean {
    const match = this.#pattern.exec(text.substring(start, end));
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
}

/** The pattern with numbered groups where it had named ones, and no other groups that capture. */
function onlyNamedGroups(source: string): { text: string; groups: Map<string, number[]> } {
  const groups = new Map<string, number[]>();
  let count = 0;
  const text = source.replace(
    /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?<([A-Za-z_$][\w$]*)>|\(\?[:=!<]|\(/g,
    (token: string, name: string | undefined) => {
      if (name !== undefined) {
        count++;
        groups.set(name, [...(groups.get(name) ?? []), count]);
        return "(";
      }
      return token === "(" ? "(?:" : token;
    },
  );
  return { text, groups };
}
