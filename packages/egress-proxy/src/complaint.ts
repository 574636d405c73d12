/** Milliseconds between two log lines about the same trouble. */
const INTERVAL = 60_000;

/** A trouble that comes with every connection: once a minute is often enough to say so. */
export class Complaint {
  #last = Number.NEGATIVE_INFINITY;

  /** Whether to log it now; true at most once a minute. */
  isDue(): boolean {
    const now = performance.now();
    if (now - this.#last < INTERVAL) return false;
    this.#last = now;
    return true;
  }
}
