/** One look for the literals of many rules: finds where any of them occurs, and which rules that concerns. */

/** Characters of a literal that are looked for; those in front tell enough, and a long one is not compared at every place. */
const looked = 16;

/** Where literals occur in a text, in rising order. */
export class Gate {
  /** The next occurrence that was not dealt with yet; infinite when there is none. */
  position = Number.POSITIVE_INFINITY;
  /** Which of the rules may match because of the occurrence at `position`. */
  candidates: readonly number[] = [];
  readonly #pattern: RegExp;
  readonly #concerned = new Map<string, readonly number[]>();
  #text = "";

  /** @param literals the literal of each rule; several rules may have the same. */
  constructor(literals: readonly string[]) {
    const fronts = literals.map((literal) => literal.slice(0, looked));
    const distinct = [...new Set(fronts)];
    // An alternation tells one literal per place; others may begin at the same place only if one is a prefix of the other.
    for (const found of distinct) {
      const concerned = fronts.flatMap((front, rule) =>
        front.startsWith(found) || found.startsWith(front) ? [rule] : [],
      );
      this.#concerned.set(found, concerned);
    }
    // The empty look-ahead keeps V8 from handing it to the linear-time engine: without loops it cannot get out of hand.
    this.#pattern = new RegExp(`(?:${distinct.map((front) => RegExp.escape(front)).join("|")})(?=)`, "g");
  }

  /** Starts with another text. */
  begin(text: string): void {
    this.#text = text;
    this.#find(0);
  }

  /** Goes on to the next occurrence from `position` on. */
  skipTo(position: number): void {
    if (this.position < position) this.#find(position);
  }

  /** Goes on to the next occurrence. */
  advance(): void {
    this.#find(this.position + 1);
  }

  #find(from: number): void {
    this.#pattern.lastIndex = from;
    const match = this.#pattern.exec(this.#text);
    if (match === null) {
      this.position = Number.POSITIVE_INFINITY;
      this.#text = "";
    } else {
      this.position = match.index;
      this.candidates = this.#concerned.get(match[0]) as readonly number[];
    }
  }
}
