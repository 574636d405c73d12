import { Problem } from "@outrigger/formats/problem";
import { UsageError } from "@outrigger/runtime/errors";
import { COMMON_FLAGS, type Flag, type Options, parseOptions } from "@outrigger/runtime/options";
import { isSource, parseSource, type SourceSpec } from "./sources/spec.ts";

/** What a run does with the outputs it has built. */
export type Mode = "write" | "diff" | "explain" | "check-output";

/** `PATH=VALUE` of the command line. */
export interface Assignment {
  readonly path: string;
  readonly value: string;
}

/** The command line, read. */
export interface Invocation {
  readonly options: Options;
  /** Those of the arguments, then those of `--env`. */
  readonly sources: readonly SourceSpec[];
  /** The arguments name sources: the result is one output, and the configuration's are not built. */
  readonly hasSources: boolean;
  readonly assignments: readonly Assignment[];
  /** `-o`: a file, a directory, or `-` for stdout. */
  readonly output: string | undefined;
  /** The modes that do not write; none of them means writing. */
  readonly modes: ReadonlySet<Mode>;
  readonly watch: boolean;
  /** 0: none. */
  readonly port: number;
  /** `--on-change`, not read yet. */
  readonly hook: string | undefined;
}

/** Port of the admin endpoints while watching. */
const defaultPort = 9905;

export const flags: readonly Flag[] = [
  {
    name: "output",
    short: "o",
    metavar: "OUT",
    description: "where the result of SOURCES goes: a file, a directory, or - for stdout",
  },
  { name: "env", metavar: "PREFIX", description: "variables that start with PREFIX, after all other sources" },
  { name: "watch", description: "go on, and write again whenever a source changes" },
  {
    name: "admin",
    metavar: "PORT",
    description: `port of /readyz and /metrics while watching, or off (default ${defaultPort})`,
  },
  {
    name: "on-change",
    metavar: "HOOK",
    description: "http:URL or signal:NAME[:PATTERN]: called after outputs changed",
  },
  { name: "diff", description: "show what would change, write nothing" },
  { name: "explain", description: "show where each value comes from, write nothing" },
  { name: "check-output", description: "exit 10 when an output is out of date, write nothing" },
];

/** Reads the command line. Throws `UsageError` or a Problem, both exit status 2. */
export function readArguments(argv: readonly string[]): Invocation {
  const options = parseOptions([...flags, ...COMMON_FLAGS], argv);
  const sources: SourceSpec[] = [];
  const assignments: Assignment[] = [];
  for (const argument of options.positionals) {
    if (isSource(argument)) sources.push(parseSource(argument));
    else assignments.push(parseAssignment(argument));
  }
  const outputs = options.values.get("output") ?? [];
  if (outputs.length > 1) throw new UsageError("-o is given twice; keep one");
  if (outputs.length > 0 && sources.length === 0) {
    throw new UsageError("-o needs sources; name them, or give outputs in the configuration file");
  }
  const hasSources = sources.length > 0;
  const prefixes = options.values.get("env") ?? [];
  for (const prefix of prefixes) sources.push({ kind: "environment", prefix });
  const modes = new Set((["diff", "explain", "check-output"] as const).filter((mode) => options.values.has(mode)));
  const watch = options.values.has("watch");
  if (watch && modes.size > 0) throw new UsageError(`--watch and --${[...modes][0]} exclude each other; keep one`);
  const port = readPort(options.values.get("admin")?.at(-1));
  const hook = options.values.get("on-change")?.at(-1);
  return { options, sources, hasSources, assignments, output: outputs[0], modes, watch, port, hook };
}

function readPort(value: string | undefined): number {
  if (value === undefined) return defaultPort;
  if (value === "off") return 0;
  if (/^[0-9]{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError("--admin needs a port from 0 to 65535, or off");
}

/** Splits at the first `=` outside double quotes. */
function parseAssignment(argument: string): Assignment {
  const match = /^((?:[^="]|"(?:[^"\\]|\\.)*")+)=(.*)$/s.exec(argument);
  if (match === null) {
    throw new Problem("usage", `the argument ${argument.split("=")[0]}=… is no assignment`, {
      hint: "write PATH=VALUE; a key with dots or = stands in double quotes",
    });
  }
  return { path: match[1] as string, value: match[2] as string };
}
