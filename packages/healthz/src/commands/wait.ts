import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { UsageError } from "@outrigger/runtime/errors";
import { silentLog } from "@outrigger/runtime/log";
import { Invalid } from "@outrigger/runtime/schema";
import type { CommandContext } from "@outrigger/runtime/tool";
import { parseDuration } from "@outrigger/runtime/units";
import type { Check } from "../checks/check.ts";
import { createCheck } from "../checks/registry.ts";
import { parseTarget } from "../config/targets.ts";
import { describeFailure } from "../failure.ts";

/** As of GNU `timeout`. */
const TIMED_OUT = 124;

/** The most that one try of one target may take. */
const TRY_MS = 2000;

interface Target {
  url: string;
  check: Check;
  healthy: boolean;
  /** Why the last try failed. */
  reason: string;
}

interface WaitOptions {
  targets: Target[];
  timeout: number;
  interval: number;
  /** Successes in a row that are wanted of each target. */
  stable: number;
}

/**
 * `healthz wait TARGET…`: resolves with 0 once every target is healthy, or with 124 after the timeout, having said what was
 * still missing and why. For an init container.
 */
export async function wait({ args, log }: CommandContext<unknown>): Promise<number> {
  const { targets, timeout, interval, stable } = readArguments(args);
  const giveUp = AbortSignal.timeout(timeout);
  await Promise.all(
    targets.map(async (target) => {
      await waitFor(target, { interval, stable }, giveUp, (reason) =>
        log.info("waiting", { target: target.url, reason }),
      );
      if (target.healthy) log.info("healthy", { target: target.url });
    }),
  );
  const missing = targets.filter(({ healthy }) => !healthy);
  for (const { url, reason } of missing) log.error("still missing after the timeout", { target: url, reason });
  return missing.length === 0 ? 0 : TIMED_OUT;
}

async function waitFor(
  target: Target,
  { interval, stable }: { interval: number; stable: number },
  giveUp: AbortSignal,
  changed: (reason: string) => void,
): Promise<void> {
  let successes = 0;
  while (!giveUp.aborted) {
    const reason = await attempt(target.check, giveUp);
    successes = reason === undefined ? successes + 1 : 0;
    if (successes >= stable) {
      target.healthy = true;
      return;
    }
    // A try that the end of all waiting cut short says nothing about the target.
    if (reason !== undefined && !(giveUp.aborted && target.reason !== "")) {
      if (reason !== target.reason) changed(reason);
      target.reason = reason;
    }
    await delay(interval, undefined, { signal: giveUp }).catch(() => {});
  }
  if (successes > 0) target.reason = `healthy ${successes} times in a row, not ${stable}`;
}

/** Asks once; the result is the reason of a failure. */
async function attempt(check: Check, giveUp: AbortSignal): Promise<string | undefined> {
  const tooLong = AbortSignal.timeout(TRY_MS);
  try {
    await check.run(AbortSignal.any([giveUp, tooLong]));
    return undefined;
  } catch (error) {
    return tooLong.aborted || giveUp.aborted ? "timeout: no result in time" : describeFailure(error).text;
  }
}

function readArguments(args: readonly string[]): WaitOptions {
  let parsed: { values: Record<"timeout" | "interval" | "stable", string>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        timeout: { type: "string", default: "5m" },
        interval: { type: "string", default: "2s" },
        stable: { type: "string", default: "1" },
      },
    });
  } catch (error) {
    throw new UsageError(`wait: ${(error as Error).message}`);
  }
  const { values, positionals } = parsed;
  if (positionals.length === 0) throw new UsageError("wait: name at least one target, such as tcp://db:5432");
  const stable = Number(values.stable);
  if (!Number.isInteger(stable) || stable < 1)
    throw new UsageError("wait: --stable must be a whole number of at least 1");
  return {
    targets: positionals.map(readTarget),
    timeout: readDuration("--timeout", values.timeout),
    interval: readDuration("--interval", values.interval),
    stable,
  };
}

function readTarget(url: string): Target {
  try {
    const check = createCheck(parseTarget(url), { log: silentLog, wake: () => {} });
    return { url, check, healthy: false, reason: "" };
  } catch (error) {
    if (error instanceof Invalid) throw new UsageError(`wait ${url}: ${error.message}`);
    throw error;
  }
}

const LONGEST_MS = 24 * 3_600_000;

function readDuration(flag: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds < 1 || milliseconds > LONGEST_MS) {
    throw new UsageError(`wait: ${flag} must be a duration such as 250ms, 15s, 5m or 1h, at most 24h`);
  }
  return milliseconds;
}
