import { UsageError } from "@outrigger/runtime/errors";
import type { LoadOptions } from "@outrigger/runtime/load";
import { type Flag, type Options, parseOptions } from "@outrigger/runtime/options";

/** A sub-command of `outrigger` that is not a tool. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows the name in the first line of its help. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** What to write instead, when an argument that is no option is refused. */
  readonly argumentHint?: string;
  /** Resolves with the exit status. Throws `UsageError` and `ConfigError` (exit 2) and `RuntimeFailure` (exit 1). */
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  options: Options;
  /** What follows `--`. */
  rest: readonly string[];
}

export const helpFlag: Flag = { name: "help", short: "h", description: "print this help" };

/** The options of the commands that read the configuration file. */
export const configurationFlags: readonly Flag[] = [
  { name: "config", short: "c", metavar: "FILE", description: "the configuration file (else $OUTRIGGER_CONFIG)" },
  { name: "set", metavar: "PATH=VALUE", description: "set one key; PATH starts with the section" },
];

/** Where `configurationFlags` say that the configuration comes from. */
export async function loadOptions({ values }: Options): Promise<LoadOptions> {
  const { parseSet } = await import("@outrigger/runtime/load");
  return { file: values.get("config")?.at(-1), assignments: (values.get("set") ?? []).map(parseSet) };
}

/** Reads a command's arguments up to `--`. Throws `UsageError`. */
export function readInvocation({ name, flags, argumentHint }: Command, argv: readonly string[]): Invocation {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const options = parseOptions([...flags, helpFlag], argv.slice(0, end));
  const [extra] = options.positionals;
  if (extra !== undefined) {
    throw new UsageError(
      `unexpected argument "${extra}"; ${argumentHint ?? `outrigger ${name} --help shows what it takes`}`,
    );
  }
  return { options, rest: argv.slice(end + 1) };
}
