import { type Path, pairElements } from "../changes.ts";
import type { ListNode, Node } from "../node.ts";

/** What becomes of the nodes of a base document in the text of a merged one. */
export class Counterparts {
  readonly #base: Node;
  readonly #merged: Node;
  readonly #pairs = new Map<ListNode, ReadonlyMap<number, number>>();

  constructor(base: Node, merged: Node) {
    this.#base = base;
    this.#merged = merged;
  }

  /** The node that is written in the place of the one at `path` of the base; undefined when that place is gone. */
  of(path: Path): Node | undefined {
    let old: Node | undefined = this.#base;
    let node: Node | undefined = this.#merged;
    for (const step of path) {
      if (old?.kind === "map" && node?.kind === "map") {
        node = node.entries.get(String(step));
        old = old.entries.get(String(step));
      } else if (old?.kind === "list" && node?.kind === "list") {
        const index = this.#pairsOf(old, node).get(Number(step));
        node = index === undefined ? undefined : node.items[index];
        old = old.items[Number(step)];
      } else return undefined;
    }
    return node;
  }

  /** Every use of an anchor asks again, and lists may be long. */
  #pairsOf(old: ListNode, node: ListNode): ReadonlyMap<number, number> {
    const pairs = this.#pairs.get(old) ?? pairElements(old, node);
    this.#pairs.set(old, pairs);
    return pairs;
  }
}
