/** One sample line, in either format. The formats differ in what they tolerate; see `Dialect`. */
import type { Exemplar } from "./document.ts";

/** Where the formats differ. */
export interface Dialect {
  /** OpenMetrics: exactly one blank between the parts, exemplars, fractional timestamps, unknown escapes are kept. */
  readonly strict: boolean;
}

export interface SampleLine {
  readonly name: string;
  readonly labels: [name: string, value: string][];
  readonly value: number;
  /** Seconds, as text: a number cannot tell apart two nanoseconds of today. Equal times have equal texts. */
  readonly timestamp?: string;
  readonly exemplar?: Exemplar;
}

/** A reason why a line is wrong; the caller knows the line's number. */
export class LineError extends Error {}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** Reads a line that is neither empty nor a comment. @throws LineError */
export function readSample(line: string, dialect: Dialect): SampleLine {
  const cursor = new Cursor(line, dialect.strict);
  const name = cursor.take(metricName, "a metric name");
  if (!dialect.strict) cursor.blanks();
  const labels = cursor.at("{") ? cursor.labels() : [];
  cursor.separator();
  const value = readNumber(cursor.token());
  const rest = { name, labels, value };
  if (!dialect.strict) {
    cursor.blanks();
    if (cursor.ended) return rest;
    const stamp = cursor.token();
    cursor.blanks();
    if (!/^[+-]?\d+$/.test(stamp)) throw new LineError(`"${stamp}" is no timestamp in milliseconds`);
    if (!cursor.ended) throw new LineError("there is text behind the timestamp");
    return { ...rest, timestamp: String(Number(stamp) / 1000) };
  }
  if (cursor.ended) return rest;
  cursor.separator();
  if (cursor.at("#")) return { ...rest, exemplar: cursor.exemplar() };
  const timestamp = canonicalTime(cursor.token());
  if (cursor.ended) return { ...rest, timestamp };
  cursor.separator();
  if (!cursor.at("#")) throw new LineError("there is text behind the timestamp");
  return { ...rest, timestamp, exemplar: cursor.exemplar() };
}

/** A value: decimal, or an infinity or NaN in any case. Not `0x1`, not `1_2`. @throws LineError */
export function readNumber(text: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  const [, sign, word = ""] = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(text) ?? [];
  if (word === "") throw new LineError(`"${text}" is no number`);
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function readTimestamp(text: string): number {
  const value = readNumber(text);
  if (!Number.isFinite(value)) throw new LineError(`"${text}" is no timestamp`);
  return value;
}

/** The one spelling of a time in seconds. @throws LineError */
function canonicalTime(text: string): string {
  const value = readTimestamp(text);
  if (/e/i.test(text)) return String(value);
  const [, minus, whole = "", fraction = ""] = /^\+?(-?)0*(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  return `${minus}${whole || "0"}${fraction && `.${fraction}`}`;
}

class Cursor {
  readonly #line: string;
  readonly #strict: boolean;
  #at = 0;

  constructor(line: string, strict: boolean) {
    this.#line = line;
    this.#strict = strict;
  }

  get ended(): boolean {
    return this.#at >= this.#line.length;
  }

  at(char: string): boolean {
    return this.#line[this.#at] === char;
  }

  take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#line) ?? [];
    if (text === undefined) throw new LineError(`there is no ${what} at character ${this.#at + 1}`);
    this.#at += text.length;
    return text;
  }

  blanks(): void {
    while (this.at(" ") || this.at("\t")) this.#at++;
  }

  /** What must stand between two parts. */
  separator(): void {
    const before = this.#at;
    if (this.#strict) {
      if (!this.at(" ")) throw new LineError(`there is no blank at character ${before + 1}`);
      this.#at++;
      return;
    }
    this.blanks();
    if (!/[ \t}]/.test(this.#line[this.#at - 1] ?? "")) throw new LineError("there is no value");
  }

  /** Everything to the next blank; not empty. */
  token(): string {
    const start = this.#at;
    while (!this.ended && !this.at(" ") && !(this.at("\t") && !this.#strict)) this.#at++;
    if (this.#at === start) throw new LineError(`there is nothing at character ${start + 1}`);
    return this.#line.slice(start, this.#at);
  }

  /** `{a="x",b="y"}` from the opening brace on. */
  labels(): [string, string][] {
    const labels: [string, string][] = [];
    const seen = new Set<string>();
    this.#at++;
    this.#optionalBlanks();
    while (!this.at("}")) {
      const name = this.take(labelName, "label name");
      if (seen.has(name)) throw new LineError(`the label "${name}" appears twice`);
      seen.add(name);
      this.#optionalBlanks();
      this.#expect("=");
      this.#optionalBlanks();
      labels.push([name, this.#quoted()]);
      this.#optionalBlanks();
      if (this.at("}")) break;
      this.#expect(",");
      this.#optionalBlanks();
      if (this.#strict && this.at("}")) throw new LineError("there is a comma before the closing brace");
    }
    this.#expect("}");
    return labels;
  }

  /** `# {labels} value [timestamp]` to the end of the line. */
  exemplar(): Exemplar {
    this.#expect("#");
    this.separator();
    if (!this.at("{")) throw new LineError("an exemplar begins with its labels");
    const labels = this.labels();
    if (labels.reduce((sum, [name, value]) => sum + [...name].length + [...value].length, 0) > 128) {
      throw new LineError("the labels of the exemplar are longer than 128 characters");
    }
    this.separator();
    const value = readNumber(this.token());
    if (this.ended) return { labels, value };
    this.separator();
    const timestamp = readTimestamp(this.token());
    if (!this.ended) throw new LineError("there is text behind the exemplar");
    return { labels, value, timestamp };
  }

  #optionalBlanks(): void {
    if (!this.#strict) this.blanks();
  }

  #expect(char: string): void {
    if (!this.at(char)) throw new LineError(`there is no ${char} at character ${this.#at + 1}`);
    this.#at++;
  }

  #quoted(): string {
    this.#expect('"');
    let text = "";
    for (;;) {
      const start = this.#at;
      while (!this.ended && !this.at('"') && !this.at("\\")) this.#at++;
      text += this.#line.slice(start, this.#at);
      if (this.ended) throw new LineError("a label value is not closed");
      if (this.at('"')) break;
      text += this.#escape();
    }
    this.#at++;
    return text;
  }

  #escape(): string {
    const char = this.#line[this.#at + 1];
    this.#at += 2;
    if (char === "n") return "\n";
    if (char === "\\" || char === '"') return char;
    if (char === undefined) throw new LineError("a label value is not closed");
    if (!this.#strict) throw new LineError(`unknown escape \\${char} in a label value`);
    return `\\${char}`;
  }
}
