import type { Layout } from "../layout.ts";
import type { ListNode, MapNode } from "../node.ts";
import type { Splices } from "../splices.ts";
import type { Geography } from "./geography.ts";

/** Removes and appends the rows of a block map or list: lines of their own. */
export class Rows {
  readonly #splices: Splices;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #geography: Geography;

  constructor(splices: Splices, text: string, layout: Layout, geography: Geography) {
    this.#splices = splices;
    this.#text = text;
    this.#layout = layout;
    this.#geography = geography;
  }

  /** `starts`: where each row starts. `lines`: the new rows, without the indentation of their first line. */
  edit(
    old: MapNode | ListNode,
    starts: readonly number[],
    gone: readonly boolean[],
    lines: readonly string[],
    indent: string,
  ): void {
    const lastKept = gone.lastIndexOf(false);
    if (lastKept < 0) {
      const end = this.#geography.lineEnd(this.#geography.contentEnd(old));
      this.#splices.add(old.start, end, lines.join(this.#layout.eol + indent));
      return;
    }
    this.#removeRows(old, starts, gone, lastKept);
    this.#appendRows(this.#geography.rowEnd(old, lastKept), lines, indent);
  }

  /** Inserts rows before one that stays: behind the end of the one before it, so that comments above it stay with it. */
  insert(old: ListNode, starts: readonly number[], index: number, lines: readonly string[], indent: string): void {
    if (index > 0) this.#appendRows(this.#geography.rowEnd(old, index - 1), lines, indent);
    else {
      const start = starts[0] as number;
      this.#splices.add(start, start, lines.map((line) => line + this.#layout.eol + indent).join(""));
    }
  }

  /**
   * Removes whole lines; the first one of a map behind a dash starts in the middle of its line. Those at the end go with
   * the line break before them: the one behind them is where something else may be inserted, or is not there.
   */
  #removeRows(old: MapNode | ListNode, starts: readonly number[], gone: readonly boolean[], lastKept: number): void {
    // The line break that ends a block scalar belongs to its value.
    const keepsBreak = this.#text[this.#geography.rowEnd(old, lastKept) - 1] === "\n";
    for (const [index, isGone] of gone.entries()) {
      if (!isGone) continue;
      const start = starts[index] as number;
      const rowEnd = this.#geography.lineEnd(this.#geography.rowEnd(old, index));
      const lineStart = this.#geography.lineStart(start);
      if (this.#text.slice(lineStart, start).trim() !== "") {
        // Rows behind it up to the first that stays are removed with it.
        const next = starts.findIndex((_, at) => at > index && !gone[at]);
        this.#splices.add(start, starts[next] as number, "");
        const rest = gone.map((value, at) => value && at > next);
        this.#removeRows(old, starts, rest, lastKept);
        return;
      }
      if (index > lastKept && !keepsBreak) this.#splices.add(this.#geography.breakBefore(start), rowEnd, "");
      else this.#splices.add(lineStart, this.#geography.behindBreak(rowEnd), "");
    }
  }

  /** Inserts rows behind the line in which a row ends. */
  #appendRows(end: number, rows: readonly string[], indent: string): void {
    if (rows.length === 0) return;
    const { eol } = this.#layout;
    const lines = rows.map((row) => indent + row).join(eol);
    if (this.#text[end - 1] === "\n") this.#splices.add(end, end, lines + eol);
    else {
      const lineEnd = this.#geography.lineEnd(end);
      this.#splices.add(lineEnd, lineEnd, eol + lines);
    }
  }
}
