import { JITTER } from "./slots.ts";

/** What is known of a check. PENDING: no verdict yet. */
export type Status = "PENDING" | "OK" | "FAIL";

/** How runs become a verdict; times in milliseconds. */
export interface Rules {
  interval: number;
  /** Failures in a row until FAIL. */
  fall: number;
  /** Successes in a row until OK. */
  rise: number;
  /** Failures before the first success and within this time do not count. */
  startPeriod: number;
}

/** The memory of one check, replaced and never changed by `advance`. */
export interface State {
  readonly status: Status;
  /** Whether the status was OK once. */
  readonly everOk: boolean;
  /** Whether a run has succeeded; ends the start period and the quick tries. */
  readonly succeeded: boolean;
  /** Failures that count, in a row. */
  readonly failures: number;
  /** Successes in a row. */
  readonly successes: number;
  /** When the last counted failure began, in milliseconds since the check began. */
  readonly countedAt: number | undefined;
}

const QUICKEST_TRY = 1000;

export const initialState: State = {
  status: "PENDING",
  everOk: false,
  succeeded: false,
  failures: 0,
  successes: 0,
  countedAt: undefined,
};

/**
 * Milliseconds between the starts of runs. Until the first success it is a second at most, so that readiness is seen soon
 * after the application is up, whatever the interval.
 */
export function pace(state: State, { interval }: Pick<Rules, "interval">): number {
  return state.succeeded ? interval : Math.min(interval, QUICKEST_TRY);
}

/** The state after a run that began `startedAt` milliseconds after the check did. */
export function advance(state: State, outcome: "success" | "failure", rules: Rules, startedAt: number): State {
  return outcome === "success" ? afterSuccess(state, rules) : afterFailure(state, rules, startedAt);
}

function afterSuccess(state: State, { rise }: Rules): State {
  const successes = state.successes + 1;
  const ok = successes >= rise;
  return {
    ...state,
    successes,
    failures: 0,
    succeeded: true,
    status: ok ? "OK" : state.status,
    everOk: state.everOk || ok,
  };
}

function afterFailure(state: State, rules: Rules, startedAt: number): State {
  if (!counts(state, rules, startedAt)) return { ...state, successes: 0 };
  const failures = state.failures + 1;
  const status = failures >= rules.fall ? "FAIL" : state.status;
  return { ...state, successes: 0, failures, status, countedAt: startedAt };
}

/** The quick tries before the first success must not fail a check sooner than its interval and `fall` say. */
function counts(state: State, rules: Rules, startedAt: number): boolean {
  if (state.succeeded) return true;
  if (startedAt < rules.startPeriod) return false;
  if (state.countedAt === undefined) return true;
  // Two tries an interval apart may be nearer by the jitter of one pace.
  const shortest = rules.interval - JITTER * pace(state, rules) - 1;
  return startedAt - state.countedAt >= shortest;
}
