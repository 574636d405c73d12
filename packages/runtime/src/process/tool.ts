import { type Assignment, COMMON_FLAGS, type Flag, type Options, parseOptions } from "../cli/options.ts";
import type { Loaded, LoadOptions } from "../config/load.ts";
import type { Section } from "../config/section.ts";
import { onFirstSignal } from "../early.js";
import { end } from "../end.js";
import { UsageError } from "../errors.ts";
import { createLog, type Log, logOptionsFrom } from "../log.ts";
import { registerBuildInfo, registerReloadMetrics } from "../metrics/common.ts";
import { Registry } from "../metrics/registry.ts";
import { print } from "../output.ts";
import { version } from "../version.ts";
import { exit, exitOnUncaught, reportError } from "./exit.ts";
import { keepReloading } from "./reload.ts";
import type { Runtime, Start } from "./service.ts";

/** What a command such as `log-tailer explain FILE` gets. */
export interface CommandContext<C> {
  /** What follows the command's name. */
  args: string[];
  log: Log;
  /** Reads the tool's own options and loads the configuration with them. Throws `ConfigError` or `UsageError`. */
  load(args: readonly string[]): Promise<{ config: C; positionals: readonly string[] }>;
}

export interface Command<C> {
  /** Name and arguments, as in `explain FILE`. */
  usage: string;
  summary: string;
  /** Resolves with the exit status. */
  run(context: CommandContext<C>): Promise<number>;
}

/** A tool as its command line sees it. Section and service are loaded when they are needed. */
export interface ToolDefinition<C> {
  tool: string;
  summary: string;
  /** What follows the name in the first line of `--help`. */
  usage: string;
  section(): Promise<Section<C>>;
  flags?: readonly Flag[];
  positionals?: { metavar: string; assign(values: readonly string[]): Assignment[] };
  start(): Promise<Start<C>>;
  commands?: Readonly<Record<string, Command<C>>>;
}

/** The whole life of a long-running tool's process, from its arguments to its exit status. */
export async function runTool<C>(definition: ToolDefinition<C>, argv: readonly string[]): Promise<void> {
  const { options: logOptions, problems } = logOptionsFrom(process.env);
  const log = createLog(definition.tool, logOptions);
  exitOnUncaught(log);
  try {
    if (problems.length > 0) throw new UsageError(problems.join("; "));
    const status = await dispatch(definition, argv, log);
    await exit(status);
  } catch (error) {
    await exit(reportError(log, error));
  }
}

async function dispatch<C>(definition: ToolDefinition<C>, argv: readonly string[], log: Log): Promise<number> {
  const { commands = {} } = definition;
  const [first = "", ...args] = argv;
  if (Object.hasOwn(commands, first)) {
    if (args.includes("--help") || args.includes("-h")) return showHelp(definition);
    // A command ends at a signal as any program does.
    onFirstSignal((signal) => end(signal === "SIGINT" ? 130 : 143));
    const load = async (given: readonly string[]) => {
      const options = readArguments(definition, given);
      const { config } = await loadConfig(definition, options);
      return { config, positionals: options.positionals };
    };
    return commands[first]!.run({ args, log, load });
  }

  const options = readArguments(definition, argv);
  if (options.values.has("help")) return showHelp(definition);
  if (options.values.has("version")) return print(`${definition.tool} ${version}\n`).then(() => 0);
  const loaded = await loadConfig(definition, options);
  if (options.values.has("print-config")) {
    const { printConfig } = await import("../config/print.ts");
    return print(printConfig((await definition.section()) as Section<never>, loaded.input)).then(() => 0);
  }
  if (options.values.has("check")) return reportCheck(await definition.section(), loaded.config);
  return serve(definition, options, loaded, log);
}

function readArguments<C>({ flags = [], positionals, tool }: ToolDefinition<C>, argv: readonly string[]): Options {
  const options = parseOptions([...flags, ...COMMON_FLAGS], argv);
  const [extra] = options.positionals;
  if (extra !== undefined && positionals === undefined) {
    throw new UsageError(`unexpected argument "${extra}"; ${tool} --help shows what it takes`);
  }
  return options;
}

async function loadConfig<C>(
  { section, positionals }: ToolDefinition<C>,
  { values, assignments, positionals: given }: Options,
  extra: LoadOptions = {},
): Promise<Loaded<C>> {
  const { loadSection, parseSet } = await import("../config/load.ts");
  return loadSection(await section(), {
    file: values.get("config")?.at(-1),
    // A tool's own flags come after --set: they are what a person types last.
    assignments: [
      ...(values.get("set") ?? []).map(parseSet),
      ...(given.length > 0 ? (positionals?.assign(given) ?? []) : []),
      ...assignments,
    ],
    ...extra,
  });
}

async function reportCheck<C>(section: Section<C>, config: C): Promise<number> {
  for (const warning of section.warnings?.(config) ?? []) process.stderr.write(`warning: ${warning}\n`);
  await print("ok\n");
  return 0;
}

async function showHelp<C>(definition: ToolDefinition<C>): Promise<number> {
  const [{ formatHelp }, { referenceOf }, section] = await Promise.all([
    import("../cli/help.ts"),
    import("../config/reference.ts"),
    definition.section(),
  ]);
  const { tool, summary, usage, commands = {}, flags = [] } = definition;
  const keys = referenceOf(section as Section<never>);
  await print(formatHelp({ tool, summary, usage, commands, flags: [...flags, ...COMMON_FLAGS], keys }));
  return 0;
}

/** Starts the service and stays with it to its end. Resolves with the exit status. */
async function serve<C>(definition: ToolDefinition<C>, options: Options, loaded: Loaded<C>, log: Log): Promise<number> {
  const metrics = new Registry();
  registerBuildInfo(metrics, definition.tool);
  const reloads = registerReloadMetrics(metrics);
  const runtime: Runtime = { tool: definition.tool, version, log, metrics };

  const signalled = new Promise<NodeJS.Signals>((resolve) => onFirstSignal(resolve));
  const start = await definition.start();
  const service = start(loaded.config, runtime);
  // A signal during the start ends it as well.
  const begun = await Promise.race([service.ready.then(() => "ready" as const), signalled]);
  if (begun !== "ready") return service.stop();
  log.debug("ready");

  const reloading = keepReloading({
    service,
    loaded,
    load: () => loadConfig(definition, options, { inForce: loaded }),
    metrics: reloads,
    log,
  });
  const outcome = await Promise.race([signalled, service.done ?? signalled]);
  reloading.stop();
  // What ended by itself has nothing left to drain.
  if (typeof outcome === "number") return outcome;
  log.info("stopping", { signal: outcome });
  return service.stop();
}
