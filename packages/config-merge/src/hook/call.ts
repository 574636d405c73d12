import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "@outrigger/runtime/log";
import type { Hook } from "./spec.ts";

/** How often a hook is tried, and how long it is waited in between. */
export interface Patience {
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly firstDelay: number;
  readonly maximumDelay: number;
}

/** A one-shot run cannot wait for long: three attempts within ten seconds. */
const oneShot: Patience = { attempts: 3, firstDelay: 1000, maximumDelay: 2000 };
const oneShotMs = 10_000;

/** While watching, until it succeeds or a newer change replaces it. */
export const whileWatching: Patience = { attempts: Number.POSITIVE_INFINITY, firstDelay: 1000, maximumDelay: 60_000 };

export interface HookCall {
  readonly hook: Hook;
  readonly patience: Patience;
  readonly log: Log;
  /** Ends the attempts: the call then resolves with false. */
  readonly signal: AbortSignal;
  /** Told of every attempt. */
  readonly attempted?: (success: boolean) => void;
}

/** Tells the application that an output changed. Resolves with whether it heard; failures are logged, never thrown. */
export async function callHook({ hook, patience, log, signal, attempted }: HookCall): Promise<boolean> {
  let wait = patience.firstDelay;
  for (let attempt = 1; ; attempt++) {
    try {
      await call(hook, signal);
      attempted?.(true);
      log.info("told the application about the change", { hook: hook.kind });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      attempted?.(false);
      const isLast = attempt >= patience.attempts;
      const fields = { hook: hook.kind, attempt, reason: (error as Error).message };
      if (isLast) log.error("could not tell the application about the change; the outputs are in place", fields);
      else log.warn("could not tell the application about the change yet", fields);
      if (isLast || !(await pause(wait, signal))) return false;
      wait = Math.min(wait * 2, patience.maximumDelay);
    }
  }
}

/** The hook of a one-shot run. */
export async function callOnce(hook: Hook, log: Log, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(oneShotMs)]);
  const heard = await callHook({ hook, patience: oneShot, log, signal: limit });
  if (!heard && limit.aborted && !signal.aborted) {
    log.error("could not tell the application about the change within 10 s; the outputs are in place", {
      hook: hook.kind,
    });
  }
}

async function call(hook: Hook, signal: AbortSignal): Promise<void> {
  if (hook.kind === "http") return (await import("./http.ts")).post(hook.url, signal);
  (await import("./signal.ts")).signalApplication(hook.signal, hook.pattern);
}

/** Waits; resolves with false when `signal` aborts it. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
