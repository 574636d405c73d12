const quote = 34;
const comma = 44;
const minus = 45;
const dot = 46;
const zero = 48;
const nine = 57;
const colon = 58;
const openBracket = 91;
const openBrace = 123;
const closeBrace = 125;

const escaped = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** Character codes that an object begins with, goes on with and ends with. */
export const codes = { quote, comma, openBrace, closeBrace } as const;

/**
 * Walks over JSON text without building values: strings are searched for their closing quote, so that long ones cost next
 * to nothing. All methods take an index and give the one behind what is there, or -1 when the text is not JSON. Control
 * characters inside strings are the caller's business. There is no recursion: depth is no matter.
 */
export class JsonCursor {
  text = "";
  /** The first backslash at or behind the last string looked at. */
  #backslash = -1;

  reset(text: string): void {
    this.text = text;
    this.#backslash = -1;
  }

  /** Behind the blanks at `at`. */
  blanks(at: number): number {
    let end = at;
    while (this.text.charCodeAt(end) <= 32 && isBlank(this.text.charCodeAt(end))) end++;
    return end;
  }

  /** Behind a colon and the blanks around it: where a member's value begins. */
  colon(at: number): number {
    const after = this.blanks(at);
    return this.text.charCodeAt(after) === colon ? this.blanks(after + 1) : -1;
  }

  string(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at) !== quote) return -1;
    const end = text.indexOf('"', at + 1);
    if (this.#backslash <= at) this.#backslash = nextIndex(text, "\\", at + 1);
    return this.#backslash > end ? end + 1 || -1 : this.#escapedString(at, end);
  }

  /** Behind a value of any kind. */
  value(at: number): number {
    const code = this.text.charCodeAt(at);
    if (code === quote) return this.string(at);
    return code === openBrace || code === openBracket ? this.#container(at) : this.#scalar(at);
  }

  /** The rest of a string that has escapes. The closing quote is searched for again only when it was an escaped one. */
  #escapedString(at: number, firstQuote: number): number {
    const { text } = this;
    let end = firstQuote;
    let from = at + 1;
    while (end >= 0) {
      if (this.#backslash < from) this.#backslash = nextIndex(text, "\\", from);
      if (this.#backslash > end) return end + 1;
      escaped.lastIndex = this.#backslash;
      if (!escaped.test(text)) return -1;
      from = escaped.lastIndex;
      if (end < from) end = text.indexOf('"', from);
    }
    return -1;
  }

  #scalar(at: number): number {
    const { text } = this;
    const code = text.charCodeAt(at);
    if (code === minus || (code >= zero && code <= nine)) return this.#number(at);
    if (code === quote) return this.string(at);
    if (text.startsWith("true", at) || text.startsWith("null", at)) return at + 4;
    return text.startsWith("false", at) ? at + 5 : -1;
  }

  #number(at: number): number {
    const start = this.text.charCodeAt(at) === minus ? at + 1 : at;
    let end = this.#digits(start);
    // No digit, or more of them behind a leading zero.
    if (end === start || (this.text.charCodeAt(start) === zero && end > start + 1)) return -1;
    if (this.text.charCodeAt(end) === dot) {
      const decimals = this.#digits(end + 1);
      if (decimals === end + 1) return -1;
      end = decimals;
    }
    if ((this.text.charCodeAt(end) | 32) !== 101) return end;
    const sign = this.text.charCodeAt(end + 1);
    const exponent = sign === minus || sign === 43 ? end + 2 : end + 1;
    const last = this.#digits(exponent);
    return last === exponent ? -1 : last;
  }

  #digits(at: number): number {
    let end = at;
    for (let code = this.text.charCodeAt(end); code >= zero && code <= nine; code = this.text.charCodeAt(end)) end++;
    return end;
  }

  #container(start: number): number {
    const { text } = this;
    const closing: number[] = [];
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === openBrace || code === openBracket) {
        // Both brackets close two code units after they open.
        const close = code + 2;
        at = this.blanks(at + 1);
        if (text.charCodeAt(at) !== close) {
          closing.push(close);
          if (close === closeBrace) at = this.#name(at);
          if (at < 0) return -1;
          continue;
        }
        at++;
      } else {
        at = this.#scalar(at);
        if (at < 0) return -1;
      }
      at = this.#afterValue(at, closing);
      if (at < 0 || closing.length === 0) return at;
    }
  }

  /** Behind all brackets that close here; then, if one is still open, at the next value. */
  #afterValue(from: number, closing: number[]): number {
    let at = from;
    while (closing.length > 0) {
      at = this.blanks(at);
      if (this.text.charCodeAt(at) === comma) {
        at = this.blanks(at + 1);
        return closing.at(-1) === closeBrace ? this.#name(at) : at;
      }
      if (this.text.charCodeAt(at) !== closing.pop()) return -1;
      at++;
    }
    return at;
  }

  #name(at: number): number {
    const end = this.string(at);
    return end < 0 ? -1 : this.colon(end);
  }
}

/** The text that a JSON string, given with its quotes, stands for. */
export function unquote(json: string): string {
  return json.includes("\\") ? (JSON.parse(json) as string) : json.slice(1, -1);
}

function nextIndex(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}
