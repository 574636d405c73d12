/** Replacements of ranges of one text. Everything outside the ranges is taken over as it is. */
export class Splices {
  #list: { start: number; end: number; text: string; rank: number; order: number }[] = [];

  /** Replaces `[start, end)`. Only removals may overlap; insertions at one place keep the order of the calls. */
  add(start: number, end: number, text: string): void {
    if (start < end || text !== "") this.#list.push({ start, end, text, rank: 1, order: this.#list.length });
  }

  /** Inserts at `at`, before everything that `add` inserts there. */
  addBefore(at: number, text: string): void {
    this.#list.push({ start: at, end: at, text, rank: 0, order: this.#list.length });
  }

  /** Takes back the replacements inside `[start, end)`, because the whole range is going to be replaced. */
  drop(start: number, end: number): void {
    this.#list = this.#list.filter((splice) => splice.start < start || splice.end > end);
  }

  apply(source: string): string {
    const sorted = this.#list.toSorted(
      (a, b) => a.start - b.start || a.end - b.end || a.rank - b.rank || a.order - b.order,
    );
    const pieces: string[] = [];
    let at = 0;
    for (const { start, end, text } of sorted) {
      // Removals may share a line break.
      if (start < at && text !== "") throw new Error(`overlapping edits at offset ${start}`);
      pieces.push(source.slice(at, Math.max(start, at)), text);
      at = Math.max(at, end);
    }
    pieces.push(source.slice(at));
    return pieces.join("");
  }
}
