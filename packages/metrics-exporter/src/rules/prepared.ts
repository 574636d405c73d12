/** Answers for records that were matched outside the main thread. */
import type { Matching, MatchThread, Outcome } from "./match-thread.ts";
import type { Bounds } from "./matcher.ts";

export class Prepared {
  readonly #outcomes = new Map<number, Outcome>();
  #timeouts = 0;

  /** Has records of `text` matched; see `take`. */
  async fill(matching: Omit<Matching, "texts">, text: string, records: readonly Bounds[], thread: MatchThread) {
    const texts = records.map(({ start, end }) => text.substring(start, end));
    const outcomes = await thread.match({ ...matching, texts });
    outcomes.forEach((outcome, index) => {
      this.#outcomes.set((records[index] as Bounds).start, outcome);
      if (outcome === "late") this.#timeouts++;
    });
  }

  /** Whether the record that begins at `start` matches; undefined when it was not prepared. Each answer is given once. */
  take(start: number, slots: string[]): boolean | undefined {
    const outcome = this.#outcomes.get(start);
    if (outcome === undefined) return undefined;
    this.#outcomes.delete(start);
    if (outcome === null || outcome === "late") return false;
    for (let slot = 0; slot < outcome.length; slot++) slots[slot] = outcome[slot] as string;
    return true;
  }

  /** Forgets answers that nobody asked for. */
  clear(): void {
    this.#outcomes.clear();
  }

  /** How many records were given up since the last call. */
  takeTimeouts(): number {
    const timeouts = this.#timeouts;
    this.#timeouts = 0;
    return timeouts;
  }
}
