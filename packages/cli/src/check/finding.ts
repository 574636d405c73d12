import { formatProblem, type Path, type Problem } from "@outrigger/runtime/problem";

/** What `outrigger check` has to say about one place of the configuration. */
export interface Finding extends Problem {
  severity: "error" | "warning";
}

/** Adds a finding at a path that starts with the section. */
export interface Report {
  error(path: Path, message: string): void;
  warning(path: Path, message: string): void;
}

/** `FILE:LINE:COLUMN: path.to.key: error: message`, without secrets. */
export function formatFinding({ severity, ...problem }: Finding): string {
  return formatProblem({ ...problem, message: `${severity}: ${problem.message}` });
}
