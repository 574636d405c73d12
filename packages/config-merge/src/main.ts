import { existsSync, writeSync } from "node:fs";
import { onFirstSignal } from "@outrigger/runtime/early";
import { UsageError } from "@outrigger/runtime/errors";
import { exit, exitOnUncaught } from "@outrigger/runtime/exit";
import { createLog, type Log, logOptionsFrom } from "@outrigger/runtime/log";
import { type Invocation, readArguments } from "./arguments.ts";
import { planInvocation } from "./invocation.ts";
import { reportAll } from "./report.ts";
import { run } from "./run.ts";
import { Literals } from "./sources/literal.ts";
import { writeOut } from "./stdout.ts";

/** The life of a config-merge process, from its arguments to its exit status (contract, section 8). */
export async function main(argv: readonly string[]): Promise<void> {
  let signal: NodeJS.Signals | undefined;
  onFirstSignal((received) => {
    signal = received;
  });
  const { options, problems } = logOptionsFrom(process.env);
  const log = createLog("config-merge", { ...options, write: writeError });
  exitOnUncaught(log);
  try {
    if (problems.length > 0) throw new UsageError(problems.join("; "));
    await exit(await dispatch(readArguments(argv), log, () => signal));
  } catch (error) {
    await exit(reportAll(log, error));
  }
}

async function dispatch(
  invocation: Invocation,
  log: Log,
  signalled: () => NodeJS.Signals | undefined,
): Promise<number> {
  const { options, assignments, modes } = invocation;
  if (options.values.has("help")) return (await import("./help.ts")).printHelp();
  if (options.values.has("version")) {
    const { version } = await import("@outrigger/runtime/version");
    await writeOut(Buffer.from(`config-merge ${version}\n`));
    return 0;
  }
  const loaded = needsConfiguration(invocation) ? await (await import("./load.ts")).load(options) : undefined;
  if (options.values.has("print-config")) {
    const { printConfiguration } = await import("./load.ts");
    return printConfiguration(loaded);
  }
  const plan = planInvocation(invocation, loaded?.config);
  if (options.values.has("check")) {
    await writeOut(Buffer.from("ok\n"));
    return 0;
  }
  const literals = new Literals(loaded?.file, loaded?.text ?? "");
  const outcome = await run({ plan, assignments, modes, literals, environment: process.env, log, signalled });
  return outcome.status;
}

/** Whether there is any configuration to load: doing so takes longer than most runs without one. */
function needsConfiguration({ options }: Invocation): boolean {
  if (["config", "set", "print-config"].some((name) => options.values.has(name))) return true;
  if (Object.keys(process.env).some((name) => /^outrigger_config(?:__|$)/i.test(name))) return true;
  return existsSync("/etc/outrigger/outrigger.yaml");
}

/** Straight to the descriptor: making `process.stderr` costs several milliseconds, and most runs log one line. */
function writeError(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    process.stderr.write(line);
  }
}
