import type { Log } from "@outrigger/runtime/log";

/** One question that is asked again and again. */
export interface Check {
  /**
   * Asks once. Resolves when the answer is good; rejects when it is not, with a `CheckFailure` or any other error. After
   * `signal` is aborted it lets go of everything as fast as it can. It settles **only when nothing of the run is left**
   * (sockets, children, system calls), because the next run starts after that.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Ends what lives between runs. No run is under way when it is called. */
  close?(): Promise<void>;
}

/** What a check gets from its surroundings. */
export interface CheckContext {
  readonly log: Log;
  /** Asks for a run now: something changed that the check watches. */
  readonly wake: () => void;
}
