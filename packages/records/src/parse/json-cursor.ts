const quote = 34;
const comma = 44;
const colon = 58;
const openBracket = 91;
const openBrace = 123;
const closeBrace = 125;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escaped = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/**
 * Walks over JSON text without building values: strings are searched for their closing quote, so that long ones cost next
 * to nothing. All methods take an index and give the one behind what is there, or -1 when the text is not JSON. Control
 * characters inside strings are the caller's business. There is no recursion: depth is no matter.
 */
export class JsonCursor {
  readonly text: string;
  /** The first backslash at or behind the last string looked at. */
  #backslash = -1;

  constructor(text: string) {
    this.text = text;
  }

  /** Behind the blanks at `at`. */
  blanks(at: number): number {
    let end = at;
    for (let code = this.text.charCodeAt(end); isBlank(code); code = this.text.charCodeAt(end)) end++;
    return end;
  }

  /** Behind a name, its colon and the blanks around it: where the member's value begins. */
  name(at: number): number {
    const end = this.string(at);
    if (end < 0) return -1;
    const after = this.blanks(end);
    return this.text.charCodeAt(after) === colon ? this.blanks(after + 1) : -1;
  }

  string(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at) !== quote) return -1;
    let from = at + 1;
    let end = text.indexOf('"', from);
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

  /** Behind a value of any kind. */
  value(at: number): number {
    const code = this.text.charCodeAt(at);
    return code === openBrace || code === openBracket ? this.#container(at) : this.#scalar(at);
  }

  #scalar(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at) === quote) return this.string(at);
    number.lastIndex = at;
    if (number.test(text)) return number.lastIndex;
    for (const word of ["true", "false", "null"]) if (text.startsWith(word, at)) return at + word.length;
    return -1;
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
          if (close === closeBrace) at = this.name(at);
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
        return closing.at(-1) === closeBrace ? this.name(at) : at;
      }
      if (this.text.charCodeAt(at) !== closing.pop()) return -1;
      at++;
    }
    return at;
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

export const codes = { quote, comma, closeBrace, openBrace } as const;
