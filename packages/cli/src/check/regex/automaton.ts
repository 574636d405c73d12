import type { Pattern } from "./syntax.ts";

/** Where a pattern can be after each character: Glushkov's construction, with one position per character written. */
export interface Automaton {
  /** The atom at each position. */
  readonly atoms: readonly string[];
  /** The positions that may come after each position. */
  readonly follow: readonly ReadonlySet<number>[];
  /** Steps that two nested loops offer: one and the same way through the text in two readings. */
  readonly doubled: readonly (readonly [from: number, to: number])[];
}

/** How often a counted part is written out: enough to see how its end meets its beginning. */
const mostCopies = 4;

/** Larger patterns are not judged: the check must not take longer than reading the file. */
const mostPositions = 400;

interface Fragment {
  nullable: boolean;
  first: number[];
  last: number[];
}

/** The automaton of a pattern, or undefined when it is too large to be judged. */
export function automatonOf(pattern: Pattern): Automaton | undefined {
  const builder = new Builder();
  builder.build(pattern);
  return builder.atoms.length > mostPositions ? undefined : builder;
}

class Builder implements Automaton {
  readonly atoms: string[] = [];
  readonly follow: Set<number>[] = [];
  readonly doubled: [number, number][] = [];

  build(pattern: Pattern): Fragment {
    if (this.atoms.length > mostPositions) return { nullable: true, first: [], last: [] };
    switch (pattern.kind) {
      case "empty":
        return { nullable: true, first: [], last: [] };
      case "character": {
        const position = this.atoms.push(pattern.source) - 1;
        this.follow.push(new Set());
        return { nullable: false, first: [position], last: [position] };
      }
      case "sequence":
        return pattern.parts
          .map((part) => this.build(part))
          .reduce((left, right) => this.#join(left, right), nothing());
      case "choice": {
        const options = pattern.options.map((option) => this.build(option));
        return {
          nullable: options.some(({ nullable }) => nullable),
          first: options.flatMap(({ first }) => first),
          last: options.flatMap(({ last }) => last),
        };
      }
      case "repeat":
        return this.#repeat(pattern);
    }
  }

  /** `x{2,4}` as `xxx?x?`, `x{2,}` as `xx+`, `x*` as `(x+)?`. */
  #repeat({ body, min, max }: Extract<Pattern, { kind: "repeat" }>): Fragment {
    const copies = Math.min(Number.isFinite(max) ? max : Math.max(min, 1), mostCopies);
    let result = nothing();
    for (let copy = 1; copy <= copies; copy++) {
      const part = this.build(body);
      if (!Number.isFinite(max) && copy === copies) this.#loop(part);
      result = this.#join(result, { ...part, nullable: part.nullable || copy > min });
    }
    return result;
  }

  #join(left: Fragment, right: Fragment): Fragment {
    for (const from of left.last) for (const to of right.first) this.follow[from]?.add(to);
    return {
      nullable: left.nullable && right.nullable,
      first: left.nullable ? [...left.first, ...right.first] : left.first,
      last: right.nullable ? [...left.last, ...right.last] : right.last,
    };
  }

  #loop({ first, last }: Fragment): void {
    for (const from of last) {
      for (const to of first) {
        if (this.follow[from]?.has(to)) this.doubled.push([from, to]);
        else this.follow[from]?.add(to);
      }
    }
  }
}

const nothing = (): Fragment => ({ nullable: true, first: [], last: [] });
