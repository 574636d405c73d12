/** The clock and timers that an `IdleTimer` uses; the process's own by default. */
export interface Timers {
  now(): number;
  set(callback: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

const processTimers: Timers = {
  now: () => performance.now(),
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/**
 * Calls back when it was not touched for a while. Touching is cheap: a running timer is not replaced, it sleeps again for
 * the remainder when it goes off too early.
 */
export class IdleTimer {
  readonly #ms: number;
  readonly #onIdle: () => void;
  readonly #timers: Timers;
  #touched = 0;
  #handle: unknown;

  /** @param ms how long nothing must happen. */
  constructor(ms: number, onIdle: () => void, timers: Timers = processTimers) {
    this.#ms = ms;
    this.#onIdle = onIdle;
    this.#timers = timers;
  }

  /** Something happened: the time begins anew. */
  touch(): void {
    this.#touched = this.#timers.now();
    this.#handle ??= this.#timers.set(() => this.#wake(), this.#ms);
  }

  /** No call until the next touch. */
  stop(): void {
    if (this.#handle !== undefined) this.#timers.clear(this.#handle);
    this.#handle = undefined;
  }

  #wake(): void {
    let left = this.#touched + this.#ms - this.#timers.now();
    if (left < -this.#ms / 2) {
      // The process was stopped or starved. What came meanwhile was not looked at, so nothing is known to be idle.
      this.#touched = this.#timers.now();
      left = this.#ms;
    }
    this.#handle = left > 0 ? this.#timers.set(() => this.#wake(), left) : undefined;
    if (left <= 0) this.#onIdle();
  }
}
