import { SlidingSecond } from "./sliding-second.ts";

/** What may be written, all sources and both streams together. */
export interface RateLimit {
  /** 0: as much as comes. */
  readonly bytesPerSecond: number;
  /** What becomes of more: reading waits, lines are left out, or one in so many lines is kept. */
  readonly policy: "block" | "drop" | "sample";
}

/** Under `block` a second's bytes are written in so many portions. */
const portionsPerSecond = 16;

/** Milliseconds by which a timer may be late without the output becoming slower. */
const timerSlack = 10;

/** How often it is looked whether there is room again, in milliseconds. */
const settleInterval = 50;

/** Knows what was written lately, and so what may be written now. */
export class RateLimiter {
  readonly #now: () => number;
  #limit: RateLimit;
  #isLifted = false;
  readonly #written = new SlidingSecond();
  readonly #offered = new SlidingSecond();
  /** Lines since one was kept, under `sample`. */
  #offeredLines = 0;
  /** When the next portion may be written, under `block`. */
  #nextAt = 0;
  readonly #wakers = new Set<() => void>();

  /** @param now monotonic milliseconds */
  constructor(limit: RateLimit, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  get policy(): RateLimit["policy"] | "none" {
    return this.#isLifted || this.#limit.bytesPerSecond === 0 ? "none" : this.#limit.policy;
  }

  /** Lines are left out that are too many. */
  get isSelecting(): boolean {
    return this.policy === "drop" || this.policy === "sample";
  }

  /** Another limit from now on. */
  change(limit: RateLimit): void {
    this.#limit = limit;
    this.#wakeAll();
  }

  /** No limit any more: what waits goes on at once. */
  lift(): void {
    this.#isLifted = true;
    this.#wakeAll();
  }

  /** Under `block`: bytes that may be written in one go. */
  get portion(): number {
    return Math.max(1, Math.floor(this.#limit.bytesPerSecond / portionsPerSecond));
  }

  /** Under `block`: whether so many bytes may be written now; if so they count. */
  takePortion(length: number): boolean {
    const now = this.#now();
    if (now < this.#nextAt) return false;
    this.#nextAt = Math.max(this.#nextAt, now - timerSlack) + (length / this.#limit.bytesPerSecond) * 1000;
    return true;
  }

  /** Resolves when so many bytes may be written; they count. */
  async timeFor(length: number): Promise<void> {
    while (this.policy === "block" && !this.takePortion(length)) await this.#wait(this.#nextAt - this.#now());
  }

  /**
   * Under `drop` and `sample`: whether a line may be written; if so it counts. No second has more than its bytes. A sample
   * is one line in as many as the past second was times over the limit, so that a flood is seen from end to end.
   */
  admits(length: number): boolean {
    const now = this.#now();
    const { bytesPerSecond, policy } = this.#limit;
    // It fits into no second, so it takes no other line's place.
    if (length > bytesPerSecond) return false;
    if (policy === "sample") {
      this.#offered.add(length, now);
      this.#offeredLines++;
      if (this.#offeredLines * bytesPerSecond < this.#offered.total(now)) return false;
    }
    if (this.#written.total(now) + length > bytesPerSecond) return false;
    this.#offeredLines = 0;
    this.#written.add(length, now);
    return true;
  }

  /** Under `drop` and `sample`: counts more of a line that was admitted when its length was not known. */
  charge(length: number): void {
    this.#written.add(length, this.#now());
  }

  /** Under `drop` and `sample`: more was written in the past second than may be. */
  get isOverdrawn(): boolean {
    return this.isSelecting && this.#written.total(this.#now()) > this.#limit.bytesPerSecond;
  }

  /** Resolves when it is not overdrawn any more. */
  async settled(): Promise<void> {
    while (this.isOverdrawn) await this.#wait(settleInterval);
  }

  /** Ends early when the limit changes. */
  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.ceil(milliseconds));
      this.#wakers.add(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
