import { offsetPattern } from "./offsets.ts";
import type { FoundTime } from "./reader.ts";

const clock = /\d:\d\d:\d\d(?!:?\d)/;
/** What could make a time longer than the remembered one: an offset, or half of the day. */
const more = new RegExp(`${offsetPattern}| ?[AaPp][Mm]\\b`, "y");
const zero = 48;
const nine = 57;

/**
 * The last time read, kept as what is the same for all times of its minute: lines of one minute come together, and
 * offsets are whole minutes, so only seconds and fraction have to be carried over.
 */
export class MinuteCache {
  /** `2024-04-22 14:29:` and ` +00:00`, as the log writes them. */
  #before = "";
  #after = "";
  /** `2024-04-22T14:29:`, in UTC. */
  #converted = "";

  /** The time at `from` when it is of the remembered minute; its longest form, as the patterns would find it. */
  find(text: string, from: number): FoundTime | undefined {
    if (this.#before === "" || !text.startsWith(this.#before, from)) return undefined;
    const seconds = from + this.#before.length;
    if (!isDigit(text.charCodeAt(seconds + 1)) || !(text.charCodeAt(seconds) - zero <= 5)) return undefined;
    const fraction = fractionEnd(text, seconds + 2);
    if (!text.startsWith(this.#after, fraction)) return undefined;
    const end = fraction + this.#after.length;
    if (isWord(text.charCodeAt(end)) || (this.#after === "" && goesOn(text, end))) return undefined;
    return { time: this.#convert(text, seconds, fraction), end };
  }

  /** Remembers that the text from `from` to `end`, which names its date, is `time`. */
  remember(text: string, from: number, end: number, time: string): void {
    const written = text.slice(from, end);
    const match = clock.exec(written);
    if (match === null) return;
    const seconds = match.index + match[0].length - 2;
    const fraction = fractionEnd(written, seconds + 2);
    const converted = time.slice(0, 17);
    const [before, after] = [this.#before, this.#after];
    const old = this.#converted;
    this.#before = written.slice(0, seconds);
    this.#after = written.slice(fraction);
    this.#converted = converted;
    // A zone whose offset has seconds (local mean time) does not carry over.
    if (this.#convert(written, seconds, fraction) === time) return;
    this.#before = before;
    this.#after = after;
    this.#converted = old;
  }

  #convert(text: string, seconds: number, end: number): string {
    const start = seconds + 3;
    const fraction = end === seconds + 2 ? "000" : text.slice(start, Math.min(end, start + 9));
    return `${this.#converted}${text.slice(seconds, seconds + 2)}.${fraction}Z`;
  }
}

/** Index behind the decimal point and the digits at `from`, or `from`. */
function fractionEnd(text: string, from: number): number {
  const point = text.charCodeAt(from);
  if (point !== 46 && point !== 44) return from;
  let end = from + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return end === from + 1 ? from : end;
}

function goesOn(text: string, from: number): boolean {
  more.lastIndex = from;
  return more.test(text);
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

/** Letters, digits, `_` and `:` behind a time mean that it is none, or a longer one. */
function isWord(code: number): boolean {
  return (code >= zero && code <= 58) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}
