/** A number in [0, n): a person's choice of style. */
export type Choose = (n: number) => number;

/** A scalar of a written document, and where it stands: quotes included, but for those of an attribute. */
export interface Spot {
  readonly path: readonly (string | number)[];
  readonly start: number;
  readonly end: number;
}

/** A document in the making, by someone who knows where each value stands without reading it. */
export class Sheet {
  text = "";
  readonly spots: Spot[] = [];
  readonly eol: "\n" | "\r\n";
  readonly #choose: Choose;

  constructor(choose: Choose) {
    this.#choose = choose;
    this.eol = choose(3) === 0 ? "\r\n" : "\n";
    if (choose(4) === 0) this.raw("\ufeff");
  }

  /** Text that no edit of a value may touch; `\n` stands for the line end of the document. */
  raw(text: string): void {
    this.text += text.replaceAll("\n", this.eol);
  }

  value(path: Spot["path"], text: string): void {
    const start = this.text.length;
    this.raw(text);
    this.spots.push({ path, start, end: this.text.length });
  }

  pick<T>(options: readonly T[]): T {
    return options[this.#choose(options.length)] as T;
  }

  /** True once in `n` times. */
  rarely(n = 3): boolean {
    return this.#choose(n) === 0;
  }

  /** Different keys that begin with `name`. */
  keys(name: string, most: number): string[] {
    return Array.from({ length: 1 + this.#choose(most) }, (_, index) => name + index);
  }

  /** Some documents end without a line break. */
  finish(): void {
    if (this.rarely(4) && this.text.endsWith(this.eol) && this.spots.every(({ end }) => end < this.text.length))
      this.text = this.text.slice(0, -this.eol.length);
  }
}
