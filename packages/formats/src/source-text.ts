import type { Origin } from "./origin.ts";
import { Problem } from "./problem.ts";

/** The decoded text of one source file, with positions for messages. */
export class SourceText implements Origin {
  /** The path as the user wrote it. */
  readonly name: string;
  readonly text: string;
  readonly secret: boolean;
  readonly untyped: boolean;
  #lines: number[] | undefined;

  constructor(name: string, text: string, options: { secret?: boolean; untyped?: boolean } = {}) {
    this.name = name;
    this.text = text;
    this.secret = options.secret ?? false;
    this.untyped = options.untyped ?? false;
  }

  /** The offset behind a byte order mark, which belongs to the file and to no value. */
  get start(): number {
    return this.text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** `name:line:col`, both counted from 1. The index of lines is built once, so that many positions stay cheap. */
  at(offset: number): string {
    const lines = this.#lineStarts();
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lines[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    const lineStart = lines[low] as number;
    const mark = low === 0 ? this.start : 0;
    return `${this.name}:${low + 1}:${Math.max(offset - lineStart - mark, 0) + 1}`;
  }

  /** A refusal of this text at `offset`: exit status 4. `what` must not quote the text. */
  malformed(offset: number, what: string, hint?: string): Problem {
    return new Problem("malformed", `${this.at(offset)}: ${what}`, hint === undefined ? {} : { hint });
  }

  #lineStarts(): number[] {
    if (this.#lines === undefined) {
      this.#lines = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) this.#lines.push(at + 1);
    }
    return this.#lines;
  }
}
