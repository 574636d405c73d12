/** For how long rotations may come in between before files are taken in the order in which they seem to stand. */
const longest = 1000;

/** How long rotations have come in between all the time: every scan since then was outdated before its end. */
export class Disturbance {
  /** Monotonic milliseconds. */
  readonly #now: () => number;
  #since: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isOngoing(): boolean {
    return this.#since !== undefined;
  }

  /** It has gone on for too long to be waited for. */
  get isOverdue(): boolean {
    return this.#since !== undefined && this.#now() - this.#since >= longest;
  }

  /** A scan was outdated. */
  goOn(): void {
    this.#since ??= this.#now();
  }

  /** A scan was not. */
  end(): void {
    this.#since = undefined;
  }
}
