/** Tells whether more than `max` events happened within the last `within` milliseconds, and when that changes. */
export class EventWindow {
  readonly #within: number;
  readonly #changed: () => void;
  /** The times of the last `max + 1` events, as a ring: only when the oldest is still within are there too many. */
  readonly #times: Float64Array;
  #next = 0;
  #exceeded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(max: number, within: number, changed: () => void) {
    this.#within = within;
    this.#changed = changed;
    this.#times = new Float64Array(max + 1).fill(Number.NEGATIVE_INFINITY);
  }

  get exceeded(): boolean {
    return this.#exceeded;
  }

  add(): void {
    this.#times[this.#next] = performance.now();
    this.#next = (this.#next + 1) % this.#times.length;
    this.#look();
  }

  /** Stops telling. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#times[this.#next]! + this.#within - performance.now();
    const exceeded = left > 0;
    // One timer at a time: when it fires, newer events have moved the end of the excess.
    if (exceeded && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, Math.ceil(left)).unref();
    }
    if (exceeded === this.#exceeded) return;
    this.#exceeded = exceeded;
    this.#changed();
  }
}
