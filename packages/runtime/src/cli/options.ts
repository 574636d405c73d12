import { parseArgs } from "node:util";
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

/** Reads a command line. Throws `UsageError` for an unknown option or a missing value. */
export function parseOptions(flags: readonly Flag[], argv: readonly string[]): Options {
  const options = Object.fromEntries(
    flags.map(({ name, short, metavar }) => [
      name,
      {
        type: metavar === undefined ? ("boolean" as const) : ("string" as const),
        multiple: true,
        ...(short && { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });

  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const assignments: Assignment[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw unknownOption(token.rawName, flags);
    if (flag.metavar !== undefined && token.value === undefined) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${flag.metavar}`);
    }
    if (flag.metavar === undefined && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value; write ${token.rawName} alone`);
    }
    const value = token.value ?? "";
    values.set(flag.name, [...(values.get(flag.name) ?? []), value]);
    assignments.push(...(flag.assign?.(value) ?? []));
  }
  return { values, positionals, assignments };
}

function unknownOption(given: string, flags: readonly Flag[]): UsageError {
  const names = flags.map(({ name }) => `--${name}`);
  return new UsageError(`unknown option ${given}${suggestion(given, names)}`);
}
