import type { Clock } from "../src/clock.ts";

interface Timer {
  due: number;
  callback: () => void;
}

/** Time that passes when told to. Runs start exactly when they are due. */
export class FakeClock implements Clock {
  #now = 0;
  #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_767_225_600_000 + this.#now;
  }

  nextStart(startedAt: number, ms: number): number {
    return startedAt + ms;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  at(moment: number, callback: () => void): () => void {
    return this.after(moment - this.#now, callback);
  }

  /** Lets time pass, timers fire in order and on time, and promises settle after each. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (timer.due < (next?.due ?? Number.POSITIVE_INFINITY)) next = timer;
      if (next === undefined || next.due > end) break;
      this.#now = Math.max(this.#now, next.due);
      this.#timers.delete(next);
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  /** Lets time pass at once, as if the process had been stopped: every timer that came due meanwhile fires late. */
  async leap(ms: number): Promise<void> {
    this.#now += ms;
    await this.pass(0);
  }
}

/** Resolves after everything that is already resolved has been acted upon. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
