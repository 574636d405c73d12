/** Runs actions in the order in which they were added, each when it and all before it have been released. */
export class InOrder {
  readonly #waiting: { action: () => void; isReleased: boolean }[] = [];

  /** @returns releases the action. */
  add(action: () => void): () => void {
    const entry = { action, isReleased: false };
    this.#waiting.push(entry);
    return () => {
      entry.isReleased = true;
      while (this.#waiting[0]?.isReleased) this.#waiting.shift()!.action();
    };
  }
}
