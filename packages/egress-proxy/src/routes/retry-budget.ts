const WINDOW_SECONDS = 10;
/** So that a quiet route can retry at all. */
const FLOOR = 10;

/** Bounds retries to a share of requests over ten seconds: a failing upstream must not get a multiple of its load. */
export class RetryBudget {
  /** Retries per request, 0.2 for 20 %. */
  readonly share: number;
  readonly #requests = new Array<number>(WINDOW_SECONDS).fill(0);
  readonly #retries = new Array<number>(WINDOW_SECONDS).fill(0);
  #second = 0;

  constructor(share: number) {
    this.share = share;
  }

  /** Counts a request. */
  request(): void {
    const slot = this.#advance();
    this.#requests[slot] = (this.#requests[slot] ?? 0) + 1;
  }

  /** Takes one retry out of the budget, if there is one left. */
  take(): boolean {
    const slot = this.#advance();
    const allowed = Math.max(FLOOR, sum(this.#requests) * this.share);
    if (sum(this.#retries) >= allowed) return false;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    return true;
  }

  /** Empties the slots of seconds that have left the window; returns the slot of now. */
  #advance(): number {
    const now = Math.floor(performance.now() / 1000);
    const steps = Math.min(now - this.#second, WINDOW_SECONDS);
    for (let step = 0; step < steps; step++) {
      this.#requests[(now - step) % WINDOW_SECONDS] = 0;
      this.#retries[(now - step) % WINDOW_SECONDS] = 0;
    }
    this.#second = now;
    return now % WINDOW_SECONDS;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
