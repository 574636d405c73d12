import { formatPath, parsePath } from "@outrigger/formats/path";
import { Problem } from "@outrigger/formats/problem";
import type { Assignment } from "./arguments.ts";
import type { Build } from "./build.ts";

/**
 * Lays the assignments of the command line over the output each one belongs to: the only structured one, or the only
 * one in which the path exists already. None or several: a Problem with exit status 2 that names the candidates.
 */
export function assignAll(assignments: readonly Assignment[], builds: ReadonlyMap<string, Build>): void {
  for (const { path, value } of assignments) targetOf(path, builds).assign(path, value);
}

function targetOf(path: string, builds: ReadonlyMap<string, Build>): Build {
  const all = [...builds];
  const segments = parsePath(path);
  const candidates = all.length === 1 ? all : all.filter(([, build]) => build.tree.find(segments) !== undefined);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only[1];
  const shown = formatPath(segments.map(({ text }) => text));
  if (all.length === 0) {
    throw new Problem("usage", `${shown} belongs to no output: none is in a format that can be edited`, {
      hint: "name a source whose format is known",
    });
  }
  const names = (only === undefined ? all : candidates).map(([name]) => name).join(", ");
  throw new Problem("usage", `${shown} exists in ${only === undefined ? "none" : "several"} of the outputs: ${names}`, {
    hint: "name the source and the output (SOURCE PATH=VALUE -o OUT), or use set in the configuration file",
  });
}
