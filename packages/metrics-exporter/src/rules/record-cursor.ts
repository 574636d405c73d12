/** Walks the records of a text without cutting them out. */

export class RecordCursor {
  readonly text: string;
  /** The current record is `text[start, end)`. */
  start = 0;
  end = 0;
  /** Whether the current record was longer, and is cut at its end. */
  isCut = false;
  /** Records up to the current one, and with it. */
  count = 0;
  readonly #maxLine: number;
  readonly #isWhole: boolean;
  #next = 0;

  /**
   * @param maxLine characters of a record that are looked at.
   * @param isWhole the text is one record, whatever lines it has.
   */
  constructor(text: string, maxLine: number, isWhole: boolean) {
    this.text = text;
    this.#maxLine = maxLine;
    this.#isWhole = isWhole;
  }

  /** Lines up to the current record, and with it. */
  get lineCount(): number {
    return this.#isWhole ? this.text.split("\n").length : this.count;
  }

  /** Goes on to the next record; false when there is none. */
  next(): boolean {
    const { text } = this;
    const start = this.#next;
    let end = text.length;
    if (this.#isWhole) {
      if (this.count > 0) return false;
    } else {
      if (start >= text.length) return false;
      const found = text.indexOf("\n", start);
      if (found >= 0) end = found;
      this.#next = end + 1;
      if (end > start && text.charCodeAt(end - 1) === 13) end--;
    }
    this.isCut = end - start > this.#maxLine;
    this.start = start;
    this.end = this.isCut ? start + this.#maxLine : end;
    this.count++;
    return true;
  }
}
