import { resolve } from "node:path";
import { compileGlob, type Glob, GlobError, isLiteral, matchesGlob } from "./glob.ts";
import { exists } from "./identity.ts";

/** One entry of `files`: a path, and what it stands for as a glob. */
export interface Pattern {
  readonly path: string;
  /** None: it is a plain path. */
  readonly globs: readonly Glob[];
}

/**
 * Compiles an entry of `files`. A name that holds wildcards and exists is a plain path too, even if it is no valid glob.
 * Throws GlobError.
 */
export function compilePattern(pattern: string, workingDirectory: string): Pattern {
  const path = resolve(workingDirectory, pattern);
  if (isLiteral(pattern)) return { path, globs: [] };
  try {
    return { path, globs: compileGlob(pattern, workingDirectory) };
  } catch (error) {
    if (exists(path)) return { path, globs: [] };
    throw error;
  }
}

/** True when the pattern asks for this absolute path. */
export function matchesPattern({ path, globs }: Pattern, candidate: string): boolean {
  return path === candidate || globs.some((glob) => matchesGlob(glob, candidate));
}

/** Why an entry of `files` cannot be read, and what to write instead; undefined when it can. */
export function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern, process.cwd());
    return undefined;
  } catch (error) {
    if (error instanceof GlobError) return error.message;
    throw error;
  }
}
