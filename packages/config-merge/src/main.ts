import { existsSync, writeSync } from "node:fs";
import { onFirstSignal } from "@outrigger/runtime/early";
import { UsageError } from "@outrigger/runtime/errors";
import { exit, exitOnUncaught } from "@outrigger/runtime/exit";
import { createLog, type Log, logOptionsFrom } from "@outrigger/runtime/log";
import { type Invocation, readArguments } from "./arguments.ts";
import type { MergeConfig } from "./config.ts";
import type { Hook } from "./hook/spec.ts";
import { planInvocation } from "./invocation.ts";
import { reportAll } from "./report.ts";
import { type RunOptions, run } from "./run.ts";
import { Literals } from "./sources/literal.ts";
import { writeOut } from "./stdout.ts";

/** The configuration as far as a run needs it. */
interface Configuration {
  readonly config: MergeConfig;
  readonly file?: string;
  readonly text: string;
}

/** The life of a config-merge process, from its arguments to its exit status (contract, section 8). */
export async function main(argv: readonly string[]): Promise<void> {
  const { options, problems } = logOptionsFrom(process.env);
  const log = createLog("config-merge", { ...options, write: writeError });
  exitOnUncaught(log);
  try {
    if (problems.length > 0) throw new UsageError(problems.join("; "));
    await exit(await dispatch(readArguments(argv), log));
  } catch (error) {
    await exit(reportAll(log, error));
  }
}

async function dispatch(invocation: Invocation, log: Log): Promise<number> {
  const { values } = invocation.options;
  if (values.has("help")) return (await import("./help.ts")).printHelp();
  if (values.has("version")) {
    const { version } = await import("@outrigger/runtime/version");
    await writeOut(Buffer.from(`config-merge ${version}\n`));
    return 0;
  }
  const hook =
    invocation.hook === undefined ? undefined : await (await import("./hook/spec.ts")).parseHook(invocation.hook);
  const loaded = needsConfiguration(invocation)
    ? await (await import("./load.ts")).load(invocation.options)
    : undefined;
  if (values.has("print-config")) return (await import("./load.ts")).printConfiguration(loaded);
  const plan = planInvocation(invocation, loaded?.config);
  if (values.has("check")) {
    await writeOut(Buffer.from("ok\n"));
    return 0;
  }
  if (invocation.watch) return watch(invocation, loaded, hook, log);
  return runOnce(optionsOf(invocation, plan, loaded, log), hook);
}

async function runOnce(options: RunOptions, hook: Hook | undefined): Promise<number> {
  let signal: NodeJS.Signals | undefined;
  onFirstSignal((received) => {
    signal = received;
  });
  const { status, changed } = await run({ ...options, signalled: () => signal });
  if (hook !== undefined && changed.length > 0) {
    // Not before it is needed: the first AbortController of a process loads half a millisecond of Node.
    const stopped = new AbortController();
    onFirstSignal(() => stopped.abort());
    const { callOnce } = await import("./hook/call.ts");
    await callOnce(hook, options.log, stopped.signal);
  }
  return status;
}

async function watch(
  invocation: Invocation,
  first: Awaited<ReturnType<typeof import("./load.ts").load>> | undefined,
  hook: Hook | undefined,
  log: Log,
): Promise<number> {
  const { watchSources } = await import("./watch/watch.ts");
  let isFirst = true;
  const load = async () => {
    const inForce = first;
    const loaded =
      first === undefined || isFirst ? first : await (await import("./load.ts")).load(invocation.options, inForce);
    isFirst = false;
    return optionsOf(invocation, planInvocation(invocation, loaded?.config), loaded, log);
  };
  const extraPaths = first?.file === undefined ? [] : [first.file];
  return watchSources({ load, extraPaths, hook, port: invocation.port, log });
}

function optionsOf(
  { assignments, modes }: Invocation,
  plan: RunOptions["plan"],
  loaded: Configuration | undefined,
  log: Log,
): RunOptions {
  const literals = new Literals(loaded?.file, loaded?.text ?? "");
  return { plan, assignments, modes, literals, environment: process.env, log, signalled: () => undefined };
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
