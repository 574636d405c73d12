/** What a {@link Roster} holds: it knows its own place there. */
export interface Listed {
  place: number;
}

/**
 * A set of what comes and goes often. A `Set` or `Map` makes a new table every few changes, and each table that V8 has
 * moved to the old generation keeps its successors there, with all that they once held, until the whole heap is marked.
 */
export class Roster<Item extends Listed> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    item.place = this.#items.length;
    this.#items.push(item);
  }

  remove(item: Item): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.place = item.place;
    this.#items[item.place] = last;
  }

  /** A copy, so that items may leave meanwhile. */
  all(): Item[] {
    return [...this.#items];
  }
}
