import type { Classifier } from "./classifier.ts";

export interface JoinerOptions {
  readonly classifier: Classifier;
  /** Lines of one record at most; what follows forms the next record. Default 1000. */
  readonly maxLines?: number;
  /** Characters of one record at most, for the same reason; no limit by default. */
  readonly maxSize?: number;
  /**
   * Takes a finished record.
   *
   * @param lines its lines, at least one.
   * @param length bytes of the file that they took.
   */
  readonly emit: (lines: string[], length: number) => void;
}

/**
 * Joins the lines of one file to records. A record is given out when the next one begins, or at `flush`; no line is ever
 * dropped.
 */
export class LineJoiner {
  readonly #classifier: Classifier;
  readonly #maxLines: number;
  readonly #maxSize: number;
  readonly #emit: (lines: string[], length: number) => void;
  #lines: string[] = [];
  #length = 0;
  #size = 0;
  /** Lines that may belong to the record, with their lengths. */
  #held: string[] = [];
  #heldLengths: number[] = [];

  constructor(options: JoinerOptions) {
    this.#classifier = options.classifier;
    this.#maxLines = options.maxLines ?? 1000;
    this.#maxSize = options.maxSize ?? Number.POSITIVE_INFINITY;
    this.#emit = options.emit;
  }

  /** Whether a record is in progress. */
  get open(): boolean {
    return this.#lines.length > 0;
  }

  /** Bytes of the file that the record in progress, held lines included, took. */
  get pending(): number {
    return this.#heldLengths.reduce((sum, length) => sum + length, this.#length);
  }

  /**
   * @param length bytes of the file that the line took, its line end included.
   * @param judged what of the line is looked at, when it is not all of it.
   */
  push(line: string, length: number, judged = line): void {
    const verdict = this.#classifier.judge(judged);
    if (verdict === "begins" || !this.open) {
      this.#release();
      this.#add(line, length);
    } else if (verdict === "maybe") {
      this.#held.push(line);
      this.#heldLengths.push(length);
    } else {
      for (const [index, held] of this.#held.entries()) this.#add(held, this.#heldLengths[index]!);
      this.#held = [];
      this.#heldLengths = [];
      this.#add(line, length);
    }
  }

  /** Gives out what there is, because nothing came for a while or the file has ended. */
  flush(): void {
    this.#release();
    this.#classifier.reset();
  }

  #add(line: string, length: number): void {
    if (this.#lines.length >= this.#maxLines || (this.open && this.#size + line.length > this.#maxSize)) this.#give();
    this.#lines.push(line);
    this.#length += length;
    this.#size += line.length + 1;
  }

  /** The record is complete; lines that were not proved to be part of it are records of their own. */
  #release(): void {
    this.#give();
    const held = this.#held;
    const lengths = this.#heldLengths;
    this.#held = [];
    this.#heldLengths = [];
    for (const [index, line] of held.entries()) this.#emit([line], lengths[index]!);
  }

  #give(): void {
    if (!this.open) return;
    const lines = this.#lines;
    const length = this.#length;
    this.#lines = [];
    this.#length = 0;
    this.#size = 0;
    this.#emit(lines, length);
  }
}
