import { OutriggerError } from "../errors.ts";
import { mask } from "../secrets.ts";

export type Path = readonly (string | number)[];

export interface Position {
  file: string;
  line: number;
  column: number;
}

/** One thing that is wrong with a configuration: where, what, and what to write instead. */
export interface Problem {
  path: Path;
  message: string;
  /** Where it stands, for values from the file. */
  at?: Position;
  /** Where it came from, for others: `environment variable X`, `--set …`. */
  origin?: string;
}

/** All problems of a configuration at once: exit status 2. */
export class ConfigError extends OutriggerError {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super("config", problems.map(formatProblem).join("\n"), { exitStatus: 2 });
    this.problems = problems;
  }
}

/** `FILE:LINE:COLUMN: path.to.key: message`, on one line, without secrets. */
export function formatProblem({ path, message, at, origin }: Problem): string {
  const where = at ? `${at.file}:${at.line}:${at.column}` : origin;
  return mask(
    [where, path.length > 0 ? formatPath(path) : undefined, message].filter((part) => part !== undefined).join(": "),
  );
}

/** A path as `--set` reads it: `health.checks.web`, `logs.sources[0].files`, `egress.routes."http://localhost/api"`. */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      const plain = /^[^."[\]\s=]+$/.test(segment) ? segment : JSON.stringify(segment);
      return index === 0 ? plain : `.${plain}`;
    })
    .join("");
}
