/** Lines that belong together because they were read together. */
export interface Lines {
  /** Without their line ends (`\n` or `\r\n`). */
  readonly lines: readonly string[];
  /** All lines with `\n` between them, when they were decoded together: for those who need not cut them apart. */
  readonly text?: string;
  /** Bytes of the file, line ends included, that each line took; they add up to what was taken from the file. */
  lengths(): readonly number[];
}

export const noLines: Lines = { lines: [], lengths: () => [] };

/** Lines that were decoded together, and are cut apart only for those who look at single ones. */
export class Block implements Lines {
  readonly text: string;
  readonly lengths: () => readonly number[];

  constructor(text: string, lengths: () => readonly number[]) {
    this.text = text;
    this.lengths = lengths;
  }

  get lines(): readonly string[] {
    return this.text.split("\n");
  }
}

/** Lines that were looked at one by one. */
export class Collected implements Lines {
  readonly lines: string[] = [];
  readonly #lengths: number[] = [];

  add(line: string, length: number): void {
    this.lines.push(line);
    this.#lengths.push(length);
  }

  lengths(): readonly number[] {
    return this.#lengths;
  }
}
