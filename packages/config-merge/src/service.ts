import type { Loaded } from "@outrigger/runtime/load";
import type { Log } from "@outrigger/runtime/log";
import type { MergeConfig } from "./config.ts";
import { planConfigured } from "./plan.ts";
import { reportAll } from "./report.ts";
import { run } from "./run.ts";
import { Literals } from "./sources/literal.ts";

/**
 * Writes the outputs of a configuration once, inside a process that goes on. What is wrong is logged. Resolves with
 * config-merge's exit status.
 */
export async function mergeOnce({ config, file, text }: Loaded<MergeConfig>, log: Log): Promise<number> {
  try {
    const { status } = await run({
      plan: () => planConfigured(config, []),
      assignments: [],
      modes: new Set(),
      literals: new Literals(file, text),
      environment: process.env,
      log,
      signalled: () => undefined,
    });
    return status;
  } catch (error) {
    return reportAll(log, error);
  }
}
