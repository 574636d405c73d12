import type { Check } from "./checks/check.ts";
import type { Clock } from "./clock.ts";
import { describeFailure, type Failure } from "./failure.ts";
import { advance, initialState, pace, type Rules, type State, type Status } from "./state.ts";

/** How often and how strictly a check is run; times in milliseconds. */
export interface Schedule extends Rules {
  /** The most a run may take in all. */
  timeout: number;
}

export type RunResult = "success" | "failure" | "discarded";

/** Is told what happens to a check. */
export interface RunnerObserver {
  ran(result: RunResult, durationMs: number, failure: Failure | undefined): void;
  changed(to: Status, failure: Failure | undefined): void;
}

/** A run whose timer came later than this share of the timeout says more about this process than about the target. */
const TOO_LATE = 0.5;

/**
 * Runs one check on its schedule, one run at a time, and keeps the verdict. The next run is due an interval after the start
 * of the last, or at once after its end when that took longer.
 */
export class Runner {
  readonly #check: Check;
  readonly #schedule: Schedule;
  readonly #clock: Clock;
  readonly #observer: RunnerObserver;
  readonly #bornAt: number;
  readonly #verdictWaiters: (() => void)[] = [];
  #state: State = initialState;
  #since: number;
  #lastSuccess: number | undefined;
  #latency: number | undefined;
  #failure: Failure | undefined;
  #stopped = false;
  #cancelDue: (() => void) | undefined;
  /** The run under way, with its own end; it may outlive its verdict while it lets go of things. */
  #run: { abort: AbortController; decidedAt: number | undefined; ended: Promise<void> } | undefined;
  /** A run came due while the last one was still there. */
  #overdue = false;

  constructor(check: Check, schedule: Schedule, observer: RunnerObserver, clock: Clock) {
    this.#check = check;
    this.#schedule = schedule;
    this.#observer = observer;
    this.#clock = clock;
    this.#bornAt = clock.now();
    this.#since = clock.wall();
  }

  get state(): State {
    return this.#state;
  }

  /** When the status last changed, in milliseconds since 1970. */
  get since(): number {
    return this.#since;
  }

  /** When a run last succeeded, in milliseconds since 1970. */
  get lastSuccess(): number | undefined {
    return this.#lastSuccess;
  }

  /** How long the last run took, in milliseconds. */
  get latency(): number | undefined {
    return this.#latency;
  }

  /** Why the last failing run failed; undefined once a success has made or kept the check OK. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Begins after `delay` milliseconds. */
  start(delay = 0): void {
    this.#dueIn(delay);
  }

  /** Runs now, or right after the run under way. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#run === undefined) this.#begin();
    else this.#overdue = true;
  }

  /** Resolves once there is a verdict, or a run has failed: what a reload waits for. */
  firstVerdict(): Promise<void> {
    if (this.#hasVerdict()) return Promise.resolve();
    return new Promise((resolve) => this.#verdictWaiters.push(resolve));
  }

  /** Aborts the run under way and resolves when nothing of it is left. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelDue?.();
    this.#run?.abort.abort();
    await this.#run?.ended;
    await this.#check.close?.();
    for (const resolve of this.#verdictWaiters.splice(0)) resolve();
  }

  #hasVerdict(): boolean {
    return this.#stopped || this.#state.status !== "PENDING" || this.#failure !== undefined;
  }

  #dueIn(ms: number): void {
    this.#cancelDue?.();
    this.#cancelDue = this.#clock.after(ms, () => this.#due());
  }

  #nextAfter(startedAt: number, ms: number): void {
    this.#cancelDue?.();
    this.#cancelDue = this.#clock.at(this.#clock.nextStart(startedAt, ms), () => this.#due());
  }

  #due(): void {
    if (this.#run === undefined) {
      this.#begin();
      return;
    }
    this.#overdue = true;
    this.#dueIn(this.#schedule.interval);
    // The last run has long had its verdict but is stuck (a dead mount, a child that cannot be killed): another failure.
    const { decidedAt } = this.#run;
    if (decidedAt !== undefined && this.#clock.now() - decidedAt >= this.#schedule.interval / 2) {
      this.#record(this.#clock.now(), {
        kind: "timeout",
        text: "timeout: the run that timed out before has not ended yet",
      });
    }
  }

  #begin(): void {
    this.#overdue = false;
    const startedAt = this.#clock.now();
    const abort = new AbortController();
    const run = { abort, decidedAt: undefined as number | undefined, ended: Promise.resolve() };
    this.#run = run;
    this.#nextAfter(startedAt, pace(this.#state, this.#schedule));

    const { timeout } = this.#schedule;
    const decide = (failure: Failure | undefined) => {
      if (run.decidedAt !== undefined) return;
      run.decidedAt = this.#clock.now();
      cancelTimeout();
      if (this.#stopped) return;
      if (this.#clock.now() - startedAt > timeout * (1 + TOO_LATE)) {
        this.#overdue = true;
        this.#observer.ran("discarded", this.#clock.now() - startedAt, undefined);
      } else this.#record(startedAt, failure);
    };
    const cancelTimeout = this.#clock.after(timeout, () => {
      decide({ kind: "timeout", text: `timeout: no result within ${timeout} ms` });
      abort.abort();
    });
    run.ended = this.#attempt(abort.signal).then((failure) => {
      decide(failure);
      this.#run = undefined;
      if (this.#overdue && !this.#stopped) this.#begin();
    });
  }

  /** A check never throws out of its runner: whatever it throws is a failing run. */
  async #attempt(signal: AbortSignal): Promise<Failure | undefined> {
    try {
      await this.#check.run(signal);
      return undefined;
    } catch (error) {
      return describeFailure(error);
    }
  }

  #record(startedAt: number, failure: Failure | undefined): void {
    const before = this.#state;
    this.#latency = this.#clock.now() - startedAt;
    const outcome = failure === undefined ? "success" : "failure";
    this.#state = advance(before, outcome, this.#schedule, startedAt - this.#bornAt);
    if (failure === undefined) this.#lastSuccess = this.#clock.wall();
    // With `rise` above 1 the reason of a FAIL outlives the first successes.
    if (failure !== undefined || this.#state.status === "OK") this.#failure = failure;
    this.#observer.ran(outcome, this.#latency, failure);
    if (this.#state.status !== before.status) {
      this.#since = this.#clock.wall();
      this.#observer.changed(this.#state.status, failure);
    }
    // The quick tries begin and end with the first success, in the middle of a schedule.
    if (this.#state.succeeded && !before.succeeded) {
      this.#nextAfter(startedAt, this.#schedule.interval);
    }
    if (this.#hasVerdict()) for (const resolve of this.#verdictWaiters.splice(0)) resolve();
  }
}
