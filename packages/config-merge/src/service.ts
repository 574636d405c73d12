import type { Loaded } from "@outrigger/runtime/load";
import type { Log } from "@outrigger/runtime/log";
import { readArguments } from "./arguments.ts";
import type { MergeConfig } from "./config.ts";
import { planInvocation } from "./invocation.ts";
import { reportAll } from "./report.ts";
import { run } from "./run.ts";
import { Literals } from "./sources/literal.ts";

/**
 * Writes the outputs of a loaded configuration once, as `config-merge` without arguments does: all or none. Resolves with
 * config-merge's exit status, having logged what was wrong; never rejects. `signalled` tells of a signal that asks for the
 * end, which is heeded until the outputs are put in place.
 */
export async function mergeOnce(
  { config, file, text }: Loaded<MergeConfig>,
  log: Log,
  signalled: () => NodeJS.Signals | undefined = () => undefined,
): Promise<number> {
  try {
    const invocation = readArguments([]);
    const { assignments, modes } = invocation;
    const plan = planInvocation(invocation, config);
    const literals = new Literals(file, text);
    const { status } = await run({ plan, assignments, modes, literals, environment: process.env, log, signalled });
    return status;
  } catch (error) {
    return reportAll(log, error);
  }
}
