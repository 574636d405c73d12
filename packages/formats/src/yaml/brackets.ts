import type { ListNode, MapNode } from "../node.ts";
import type { Splices } from "../splices.ts";
import type { Geography } from "./geography.ts";

/** Removes and appends what stands between brackets. */
export class Brackets {
  readonly #splices: Splices;
  readonly #text: string;
  readonly #geography: Geography;

  constructor(splices: Splices, text: string, geography: Geography) {
    this.#splices = splices;
    this.#text = text;
    this.#geography = geography;
  }

  remove(old: MapNode | ListNode, gone: readonly boolean[]): void {
    const items = this.#geography.flowItems(old);
    const lastKept = gone.lastIndexOf(false);
    for (const [index, isGone] of gone.entries()) {
      if (!isGone) continue;
      const [start, end] = items[index] as [number, number];
      const next = items[index + 1];
      const previous = items[index - 1];
      if (index < lastKept && next !== undefined) this.#splices.add(start, next[0], "");
      else this.#splices.add(previous === undefined ? start : previous[1], end, "");
    }
  }

  insert(old: ListNode, index: number, texts: readonly string[]): void {
    const [start] = this.#geography.flowItems(old)[index] as [number, number];
    this.#splices.add(start, start, texts.map((text) => `${text}, `).join(""));
  }

  /** `kept`: how many elements stay. */
  append(old: MapNode | ListNode, texts: readonly string[], kept: number): void {
    if (texts.length === 0) return;
    const last = this.#geography.flowItems(old).at(-1);
    if (last === undefined) {
      const brace = this.#text.indexOf(old.kind === "map" ? "{" : "[", old.start) + 1;
      this.#splices.add(brace, brace, texts.join(", "));
      return;
    }
    const text = texts.join(", ");
    this.#splices.add(last[1], last[1], kept === 0 ? text : `, ${text}`);
  }
}
