/** Rewrites a user's pattern into the dialect of V8's linear-time engine, refusing what has no equivalent there. */
import { caseInsensitiveRange, caseVariants } from "./pattern-case.ts";
import { PatternError, refuseInLinearTime } from "./pattern-errors.ts";
import { checkSpelled, type Piece, repeat, repeatFreely } from "./pattern-repeat.ts";

/** A translated pattern: `source` and `flags` for the RegExp constructor. */
export interface Translated {
  readonly source: string;
  readonly flags: string;
  /** How much of it the linear-time engine may have to follow at every character. */
  readonly states: number;
}

/**
 * Translates `source`, whose syntax is known to be valid.
 *
 * @throws PatternError naming the construct, unless `unsafe`.
 */
export function translate(source: string, flags: string, unsafe: boolean): Translated {
  const leading = /^\(\?([ims]+)\)/.exec(source);
  const all = new Set(flags + (leading?.[1] ?? ""));
  const scope: Scope = { ignoreCase: all.delete("i"), dotAll: all.delete("s") };
  // Property escapes exist in Unicode mode only; without it \p would silently mean the letter p.
  if (unsafe && /\\[pP]\{/.test(source)) all.add("u");
  const translator = new Translator(source.slice(leading?.[0].length ?? 0), unsafe);
  const translated = translator.alternatives(scope);
  if (!unsafe) checkSpelled(translated);
  return { source: translated.text, flags: [...all].join(""), states: translated.states };
}

interface Scope {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

class Translator {
  readonly #source: string;
  readonly #unsafe: boolean;
  #at = 0;

  constructor(source: string, unsafe: boolean) {
    this.#source = source;
    this.#unsafe = unsafe;
  }

  /** Everything up to the closing parenthesis or the end. */
  alternatives(scope: Scope): Piece {
    let text = "";
    let weight = 1;
    let spelled = 0;
    let states = 0;
    let captures = false;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      if (this.#source[this.#at] === "|") {
        text += "|";
        states++;
        this.#at++;
        continue;
      }
      const piece = this.#quantified(this.#atom(scope));
      text += piece.text;
      weight = Math.max(weight, piece.weight);
      spelled += piece.spelled;
      states += piece.states;
      captures ||= piece.captures;
    }
    return { text, weight, spelled, states, captures };
  }

  #quantified(atom: Piece): Piece {
    const quantifier = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/.exec(this.#source.slice(this.#at, this.#at + 32));
    if (!quantifier) return atom;
    const [text, symbol, low, comma, high, lazy = ""] = quantifier;
    this.#at += text.length;
    if (symbol !== undefined) return repeatFreely(atom, symbol, text);
    const min = Number(low);
    const max = comma === "" ? min : high === "" ? Number.POSITIVE_INFINITY : Number(high);
    if (this.#unsafe) return { ...atom, text: atom.text + text };
    return repeat(atom, min, max, lazy, text);
  }

  #atom(scope: Scope): Piece {
    const char = this.#source[this.#at] as string;
    if (char === "(") return this.#group(scope);
    if (char === "[") return piece(this.#class(scope));
    if (char === "\\") return piece(this.#escape(scope));
    this.#at++;
    if (char === ".") return piece(scope.dotAll ? "[^]" : "[^\\n]");
    if (char === "^" || char === "$") return piece(char);
    return piece(scope.ignoreCase ? this.#anyCase(char.charCodeAt(0), char) : char);
  }

  #group(scope: Scope): Piece {
    const rest = this.#source.slice(this.#at, this.#at + 80);
    const lookAround = /^\(\?<?[=!]/.exec(rest);
    if (lookAround && !this.#unsafe) {
      const name = lookAround[0].includes("<") ? "look-behind" : "look-ahead";
      throw refuseInLinearTime(`${name} ${lookAround[0]}…)`, "write the pattern without it");
    }
    const named = /^\(\?P?<([A-Za-z_$][\w$]*)>/.exec(rest);
    const modifiers = /^\(\?([ims]*)(?:-([ims]+))?:/.exec(rest);
    let open = "(";
    let inner = scope;
    let captures = true;
    if (lookAround) {
      open = lookAround[0];
      this.#at += open.length;
      captures = false;
    } else if (named) {
      open = `(?<${named[1]}>`;
      this.#at += named[0].length;
    } else if (modifiers) {
      open = "(?:";
      this.#at += modifiers[0].length;
      inner = modified(scope, modifiers[1] ?? "", modifiers[2] ?? "");
      captures = false;
    } else {
      this.#at++;
      if (this.#source[this.#at] === "?") throw new PatternError(`the group ${rest.slice(0, 4)} is not supported`);
    }
    const body = this.alternatives(inner);
    this.#at++;
    const states = body.states + (captures ? 1 : 0);
    return { ...body, text: `${open}${body.text})`, states, captures: captures || body.captures };
  }

  #escape(scope: Scope): string {
    const text = this.#readEscape();
    if (!this.#unsafe) {
      if (/^\\[1-9]|^\\k/.test(text)) {
        throw refuseInLinearTime(`the back reference ${text}`, "write the pattern without it");
      }
      if (/^\\[pP]/.test(text)) throw refuseInLinearTime(`the property escape ${text}`, "list the characters");
    }
    const code = scope.ignoreCase ? codeOf(text) : undefined;
    return code === undefined ? text : this.#anyCase(code, text);
  }

  /** One escape sequence as it is written, from the backslash on. */
  #readEscape(): string {
    const rest = this.#source.slice(this.#at, this.#at + 80);
    const text = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Za-z]|k<[^>]*>|[pP]\{[^}]*\}|[\s\S])/.exec(rest)?.[0] ?? "\\";
    this.#at += text.length;
    return text;
  }

  #class(scope: Scope): string {
    const negated = this.#source[this.#at + 1] === "^";
    this.#at += negated ? 2 : 1;
    let text = negated ? "[^" : "[";
    while (this.#source[this.#at] !== "]") {
      const low = this.#classMember();
      const isRange = this.#source[this.#at] === "-" && this.#source[this.#at + 1] !== "]";
      if (!isRange || low.code === undefined) {
        text += scope.ignoreCase && low.code !== undefined ? caseInsensitiveRange(low.code, low.code) : low.text;
        continue;
      }
      this.#at++;
      const high = this.#classMember();
      if (high.code === undefined) text += `${low.text}\\-${high.text}`;
      else text += scope.ignoreCase ? caseInsensitiveRange(low.code, high.code) : `${low.text}-${high.text}`;
    }
    this.#at++;
    return `${text}]`;
  }

  #classMember(): { text: string; code: number | undefined } {
    const char = this.#source[this.#at] as string;
    if (char !== "\\") {
      this.#at++;
      return { text: char, code: char.charCodeAt(0) };
    }
    const text = this.#readEscape();
    if (/^\\[pP]/.test(text) && !this.#unsafe) {
      throw refuseInLinearTime(`the property escape ${text}`, "list the characters");
    }
    return { text, code: text === "\\b" ? 8 : codeOf(text) };
  }

  #anyCase(code: number, written: string): string {
    return caseVariants(code).length === 0 ? written : `[${caseInsensitiveRange(code, code)}]`;
  }
}

function piece(text: string): Piece {
  return { text, weight: 1, spelled: 0, states: 1, captures: false };
}

function modified(scope: Scope, on: string, off: string): Scope {
  if (on.includes("m") || off.includes("m")) {
    throw new PatternError("the group (?m: is not supported: put (?m) at the beginning of the pattern");
  }
  return {
    ignoreCase: on.includes("i") || (scope.ignoreCase && !off.includes("i")),
    dotAll: on.includes("s") || (scope.dotAll && !off.includes("s")),
  };
}

const controls: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };

/** The code unit that an escape sequence stands for; undefined for classes such as `\d` and assertions such as `\b`. */
function codeOf(sequence: string): number | undefined {
  const kind = sequence[1] as string;
  if (/^\\(?:x|u)[\da-fA-F]{2,4}$/.test(sequence)) return Number.parseInt(sequence.slice(2), 16);
  if (kind === "c" && sequence.length === 3) return sequence.charCodeAt(2) % 32;
  if (kind in controls) return controls[kind];
  return /[dDwWsSbBpPk1-9]/.test(kind) ? undefined : kind.charCodeAt(0);
}
