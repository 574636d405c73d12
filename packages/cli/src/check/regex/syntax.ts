/** A regular expression as far as ambiguity is concerned: what it consumes, in which order, how often. */
export type Pattern =
  | { kind: "empty" }
  /** One character; `source` is the atom as written. */
  | { kind: "character"; source: string }
  | { kind: "sequence"; parts: readonly Pattern[] }
  | { kind: "choice"; options: readonly Pattern[] }
  | { kind: "repeat"; body: Pattern; min: number; max: number };

const empty: Pattern = { kind: "empty" };

/**
 * Reads a JavaScript regular expression whose syntax is known to be valid. Anchors and look-around consume nothing; a back
 * reference is taken as nothing, because what it repeats has been read already.
 */
export function parsePattern(source: string): Pattern {
  return new Parser(source.replace(/^\(\?[ims]+\)/, "")).choice();
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#take(/\|/y)) options.push(this.#sequence());
    const [only = empty] = options;
    return options.length === 1 ? only : { kind: "choice", options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] ?? "")) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: "sequence", parts };
  }

  #repeated(body: Pattern): Pattern {
    const quantifier = this.#take(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y);
    if (quantifier === undefined) return body;
    const [, symbol, low, comma, high] = quantifier;
    if (symbol !== undefined) {
      return { kind: "repeat", body, min: symbol === "+" ? 1 : 0, max: symbol === "?" ? 1 : Number.POSITIVE_INFINITY };
    }
    const min = Number(low);
    const unbounded = comma !== "" && high === "";
    return { kind: "repeat", body, min, max: unbounded ? Number.POSITIVE_INFINITY : Number(high || low) };
  }

  #atom(): Pattern {
    const group = this.#take(/\((\?(?:<?[=!]|P?<[^>]*>|[a-z-]*:))?/y);
    if (group !== undefined) {
      const body = this.choice();
      this.#at++; // the closing parenthesis
      return /^\?<?[=!]/.test(group[1] ?? "") ? empty : body;
    }
    if (this.#take(/\^|\$|\\[bB]|\\[1-9]\d*|\\k<[^>]*>/y)) return empty;
    // A class, an escape of any length, or a character.
    const [source = ""] =
      this.#take(/\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\}|c[a-z]|[pP]\{[^}]*\}|.)|[\s\S]/iy) ??
      [];
    return { kind: "character", source };
  }

  /** Advances past a match at the current place. */
  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}
