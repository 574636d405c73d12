/** How finely the past second is known. */
const slotsPerSecond = 32;

/** Any second touches this many slots at most. */
const slots = slotsPerSecond + 1;

/** A sum over the past second: never less than what was added in any one second that ends now. */
export class SlidingSecond {
  readonly #sums = new Float64Array(slots);
  #latest = 0;
  #total = 0;

  /** @param now monotonic milliseconds, here and below */
  total(now: number): number {
    const slot = Math.floor((now * slotsPerSecond) / 1000);
    if (slot - this.#latest >= slots) {
      this.#sums.fill(0);
      this.#total = 0;
      this.#latest = slot;
    }
    while (this.#latest < slot) {
      this.#latest++;
      this.#total -= this.#sums[this.#latest % slots]!;
      this.#sums[this.#latest % slots] = 0;
    }
    return this.#total;
  }

  add(amount: number, now: number): void {
    this.#total = this.total(now) + amount;
    this.#sums[this.#latest % slots]! += amount;
  }
}
