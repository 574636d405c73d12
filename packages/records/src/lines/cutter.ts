import { Block, Collected, type Lines, noLines } from "./cut-lines.ts";
import {
  byteOrderMark,
  type Encoding,
  encodingOf,
  lastLineEnd,
  mayBecomeMark,
  nextLineEnd,
  openCharacter,
} from "./encoding.ts";
import { bytesMeasure, type LongLine, type Measure, textMeasure } from "./limit.ts";

export type { Lines } from "./cut-lines.ts";

export interface CutterOptions {
  /** A WHATWG label; `utf-8` by default. */
  readonly encoding?: string;
  /** The first byte pushed is the first of its file, where a byte order mark wins over `encoding`. Default true. */
  readonly atStart?: boolean;
  /** Longest line in bytes of decoded UTF-8; no limit by default. */
  readonly maxLine?: number;
  /** `truncate` by default. */
  readonly onLongLine?: LongLine;
  /**
   * Lines are to be written as they are: they keep their `\r`, and those in UTF-8 have a character for each byte, so that
   * `Buffer.from(line, "latin1")` gives them back whether valid or not.
   */
  readonly raw?: boolean;
  /** Told once for every line that is longer than `maxLine`. */
  readonly onLong?: () => void;
}

/**
 * Cuts what was read of one file into decoded lines, many at a time: a chunk is decoded once and split once.
 *
 * Memory is bounded by `maxLine` plus one chunk (UTF-16: twice `maxLine`). A line end may be spread over chunks, and so
 * may a character.
 */
export class LineCutter {
  #encoding: Encoding;
  readonly #maxLine: number;
  readonly #onLongLine: LongLine;
  readonly #onLong: () => void;
  readonly #raw: boolean;
  #measure: Measure;
  #sniffing: boolean;
  /** Bytes of the line in progress, beginning with a whole code unit. */
  #rest: Buffer[] = [];
  #restLength = 0;
  /** Text of the line in progress that was decoded before `rest` because pieces of it were given out already. */
  #head = "";
  /** The rest of a long line is being read past. */
  #skipping = false;
  /** Bytes taken that the next line has to account for. */
  #skipped = 0;

  /** @throws UsageError for an unknown encoding. */
  constructor(options: CutterOptions = {}) {
    this.#raw = options.raw ?? false;
    this.#encoding = this.#encodingOf(options.encoding ?? "utf-8");
    this.#measure = this.#encoding === binary ? bytesMeasure : textMeasure;
    this.#maxLine = options.maxLine ?? Number.POSITIVE_INFINITY;
    this.#onLongLine = options.onLongLine ?? "truncate";
    this.#onLong = options.onLong ?? (() => {});
    this.#sniffing = options.atStart ?? true;
  }

  /** Bytes taken that no line given out has accounted for. */
  get pending(): number {
    return this.#restLength + this.#skipped;
  }

  /** The lines that `chunk` completes. `chunk` may be reused once the result's `lengths` are not needed any more. */
  push(chunk: Buffer): Lines {
    let bytes = this.#sniffing ? this.#sniff(chunk) : chunk;
    if (this.#skipping) bytes = this.#skip(this.#join(bytes));
    if (this.#restLength % this.#encoding.unit !== 0) bytes = this.#join(bytes);
    const end = lastLineEnd(bytes, this.#encoding);
    if (end > 0) {
      const whole = this.#join(bytes.subarray(0, end));
      this.#hold(bytes.subarray(end));
      return this.#cut(whole);
    }
    this.#hold(bytes);
    return this.#restLength > this.#maxLine ? this.#cutUnfinished() : noLines;
  }

  /**
   * Gives out the line in progress although its line end is missing; no lines when nothing is there.
   *
   * @param final nothing follows: half a character at the end becomes U+FFFD instead of waiting for its rest.
   */
  flush(final: boolean): Lines {
    this.#sniffing = false;
    const bytes = this.#join(nothing);
    const end = bytes.length - (final ? 0 : openCharacter(bytes, this.#encoding));
    this.#hold(bytes.subarray(end));
    if (this.#skipping) {
      this.#skipped += end;
      return noLines;
    }
    const collected = new Collected();
    if (end > 0 || this.#head !== "") this.#add(this.#encoding.decode(bytes.subarray(0, end)), end, collected);
    return collected;
  }

  /** Tells that the line end which was missing at `flush` was found and taken elsewhere: what follows is a new line. */
  lineEnded(): void {
    this.#skipping = false;
  }

  /** Decides on the encoding; gives the bytes behind the mark, or none while there are too few to tell. */
  #sniff(chunk: Buffer): Buffer {
    const bytes = this.#join(chunk);
    if (mayBecomeMark(bytes)) {
      this.#hold(bytes);
      return nothing;
    }
    this.#sniffing = false;
    const mark = byteOrderMark(bytes);
    // Among raw bytes the mark of UTF-8 passes like all others.
    if (mark === undefined || (this.#raw && mark.label === "utf-8")) return bytes;
    this.#encoding = this.#encodingOf(mark.label);
    this.#measure = this.#encoding === binary ? bytesMeasure : textMeasure;
    this.#skipped += mark.length;
    return bytes.subarray(mark.length);
  }

  /** Reads past the rest of a long line; gives what follows its line end, or half a code unit. */
  #skip(bytes: Buffer): Buffer {
    const lineEnd = nextLineEnd(bytes, this.#encoding);
    this.#skipping = lineEnd === 0;
    const end = lineEnd || bytes.length - (bytes.length % this.#encoding.unit);
    this.#skipped += end;
    return bytes.subarray(end);
  }

  /** Lines out of bytes that end with a line end. */
  #cut(whole: Buffer): Lines {
    const text = decodeBlock(whole, this.#encoding, this.#raw);
    const skipped = this.#skipped;
    // A byte becomes at most three, U+FFFD; so the common block needs no look at each line's length.
    if (this.#head === "" && whole.length * 3 <= this.#maxLine) {
      this.#skipped = 0;
      const encoding = this.#encoding;
      return new Block(text, () => measure(whole, encoding, skipped));
    }
    const lengths = measure(whole, this.#encoding, 0);
    const collected = new Collected();
    for (const [index, line] of text.split("\n").entries()) this.#add(line, lengths[index]!, collected);
    return collected;
  }

  /** One whole line of `length` bytes, as long as it may be. */
  #add(text: string, length: number, to: Collected): void {
    const line = this.#head + text;
    const bytes = length + this.#skipped;
    this.#skipped = 0;
    if (this.#measure.fits(line, this.#maxLine)) {
      to.add(line, bytes);
    } else if (this.#onLongLine === "split") {
      if (this.#head === "") this.#onLong();
      to.add(this.#pieces(line, to), bytes);
    } else {
      this.#onLong();
      if (this.#onLongLine === "truncate") to.add(line.slice(0, this.#measure.cutAt(line, this.#maxLine)), bytes);
      else this.#skipped = bytes;
    }
    this.#head = "";
  }

  /** The line in progress may be too long already: then it is not waited for. */
  #cutUnfinished(): Lines {
    const bytes = this.#join(nothing);
    let end = bytes.length - openCharacter(bytes, this.#encoding);
    let text = this.#encoding.decode(bytes.subarray(0, end));
    if (text.endsWith("\r")) {
      text = text.slice(0, -1);
      end -= this.#encoding.unit;
    }
    const line = this.#head + text;
    // In some encodings a character is longer than in UTF-8, but there has to be an end.
    if (this.#measure.fits(line, this.#maxLine) && bytes.length <= this.#maxLine * 4 + 16) {
      this.#hold(bytes);
      return noLines;
    }
    this.#hold(bytes.subarray(end));
    const collected = new Collected();
    if (this.#onLongLine === "split") {
      if (this.#head === "") this.#onLong();
      this.#head = this.#pieces(line, collected);
      this.#skipped += end;
      return collected;
    }
    this.#skipping = true;
    this.#add(text, end, collected);
    return collected;
  }

  /** Gives out all pieces of `line` but the last, which is returned. */
  #pieces(line: string, to: Collected): string {
    let rest = line;
    while (!this.#measure.fits(rest, this.#maxLine)) {
      const end = this.#measure.cutAt(rest, this.#maxLine) || (rest.codePointAt(0)! > 0xffff ? 2 : 1);
      if (end >= rest.length) break;
      to.add(rest.slice(0, end), 0);
      rest = rest.slice(end);
    }
    return rest;
  }

  #encodingOf(label: string): Encoding {
    const encoding = encodingOf(label);
    return this.#raw && encoding.name === "utf-8" ? binary : encoding;
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(Buffer.from(bytes));
    this.#restLength += bytes.length;
  }

  /** What is held, and `bytes` behind it; nothing is held any more. */
  #join(bytes: Buffer): Buffer {
    if (this.#restLength === 0) return bytes;
    const joined = Buffer.concat([...this.#rest, bytes]);
    this.#rest = [];
    this.#restLength = 0;
    return joined;
  }
}

const nothing = Buffer.alloc(0);

/** UTF-8 that is not to be decoded. */
const binary: Encoding = { name: "utf-8", unit: 1, decode: (bytes) => bytes.toString("latin1") };

/** Whole lines without the last line end. */
function decodeBlock(whole: Buffer, encoding: Encoding, keepReturns: boolean): string {
  const text = encoding.decode(whole).slice(0, -1);
  if (keepReturns || !text.includes("\r")) return text;
  const joined = text.replaceAll("\r\n", "\n");
  return joined.endsWith("\r") ? joined.slice(0, -1) : joined;
}

/** Bytes of each line with its line end; `extra` goes to the first. */
function measure(whole: Buffer, encoding: Encoding, extra: number): number[] {
  const lengths: number[] = [];
  let from = 0;
  while (from < whole.length) {
    const end = nextLineEnd(whole, encoding, from);
    lengths.push(end - from);
    from = end;
  }
  lengths[0]! += extra;
  return lengths;
}
