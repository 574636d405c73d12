import type { Assignment } from "../config/overlay.ts";
import { UsageError } from "../errors.ts";
import { suggestion } from "../nearest.ts";

export type { Assignment } from "../config/overlay.ts";

/** One option of a command line. Every option may be repeated. */
export interface Flag {
  name: string;
  /** One letter. */
  short?: string;
  /** What its value is called in `--help`; without one the option takes no value. */
  metavar?: string;
  description: string;
  /** What it sets in the configuration. */
  assign?(value: string): Assignment[];
}

export interface Options {
  /** Values by option name, in order; an option without a value has empty strings. */
  values: ReadonlyMap<string, readonly string[]>;
  positionals: readonly string[];
  /** What the options set, in order. */
  assignments: readonly Assignment[];
}

/** The options that every tool takes. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: "config", short: "c", metavar: "FILE", description: "the configuration file (else $OUTRIGGER_CONFIG)" },
  { name: "set", metavar: "PATH=VALUE", description: "set one key; PATH starts with the section" },
  { name: "check", description: "validate the configuration, start nothing" },
  { name: "print-config", description: "print the effective configuration, secrets masked" },
  { name: "help", short: "h", description: "print this help" },
  { name: "version", description: "print the version" },
];

/** A flag that sets one key, written like `logs.output`. */
export function settingFlag(name: string, metavar: string, path: string, description: string): Flag {
  const assign = (value: string): Assignment[] => [{ path: path.split("."), value, origin: `--${name}` }];
  return { name, metavar, description, assign };
}

/**
 * Reads a command line: `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`, `-abc` for `-a -b -c`, and `--` before what are no
 * options. Throws `UsageError` for an unknown option or a missing value.
 */
export function parseOptions(flags: readonly Flag[], argv: readonly string[]): Options {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const assignments: Assignment[] = [];
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--") positionals.push(...rest.splice(0));
    else if (argument === "-" || !argument.startsWith("-")) positionals.push(argument);
    else {
      const { flag, given, attached } = readOption(flags, argument, rest);
      const value = flag.metavar === undefined ? attached : (attached ?? rest.shift());
      if (flag.metavar !== undefined && value === undefined)
        throw new UsageError(`${given} needs a value: ${given} ${flag.metavar}`);
      if (flag.metavar === undefined && value !== undefined)
        throw new UsageError(`${given} takes no value; write ${given} alone`);
      values.set(flag.name, [...(values.get(flag.name) ?? []), value ?? ""]);
      assignments.push(...(flag.assign?.(value ?? "") ?? []));
    }
  }
  return { values, positionals, assignments };
}

/**
 * Not `parseArgs` of node:util, whose loading is a twentieth of a whole start; docs/decisions/0063-what-a-start-loads.md. What is
 * left of a group of short options goes back to `rest`.
 */
function readOption(
  flags: readonly Flag[],
  argument: string,
  rest: string[],
): { flag: Flag; given: string; attached: string | undefined } {
  if (argument.startsWith("--")) {
    const equals = argument.indexOf("=");
    const given = equals < 0 ? argument : argument.slice(0, equals);
    const flag = flags.find(({ name }) => `--${name}` === given) ?? unknownOption(given, flags);
    return { flag, given, attached: equals < 0 ? undefined : argument.slice(equals + 1) };
  }
  const given = argument.slice(0, 2);
  const flag = flags.find(({ short }) => short === argument[1]) ?? unknownOption(given, flags);
  if (argument.length === 2) return { flag, given, attached: undefined };
  if (flag.metavar !== undefined) return { flag, given, attached: argument.slice(2) };
  rest.unshift(`-${argument.slice(2)}`);
  return { flag, given, attached: undefined };
}

function unknownOption(given: string, flags: readonly Flag[]): never {
  const names = flags.map(({ name }) => `--${name}`);
  throw new UsageError(`unknown option ${given}${suggestion(given, names)}`);
}
