import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { compilePattern, matchesPattern } from "@outrigger/tail/pattern";
import type { Source } from "./config.ts";

/** Where this process has something mounted. */
const mountTable = "/proc/self/mountinfo";

/**
 * Says why a file that is mounted by itself cannot be followed through a rotation. Undefined for any other path, and where
 * the system does not tell.
 */
export function explainMount(path: string): string | undefined {
  const absolute = resolve(path);
  return mountPoints().has(absolute) && isFile(absolute) ? explanationOf(absolute) : undefined;
}

/** One sentence for each file that the sources ask for and that is mounted by itself, as `subPath` does. */
export function mountWarnings(sources: readonly Source[]): string[] {
  const patterns = sources.flatMap(({ files }) => files.map((file) => compilePattern(file, process.cwd())));
  const isAsked = (path: string) => patterns.some((pattern) => matchesPattern(pattern, path));
  return [...mountPoints()].filter((path) => isAsked(path) && isFile(path)).map(explanationOf);
}

function explanationOf(path: string): string {
  return (
    `${path} is mounted by itself (subPath): when it is renamed or replaced outside, the new file is not seen here, ` +
    "only copytruncate is: mount its directory instead"
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The fifth field of each line; blanks and the like are octal escapes (proc_pid_mountinfo(5)). */
function mountPoints(): ReadonlySet<string> {
  try {
    const lines = readFileSync(mountTable, "utf8").split("\n");
    const points = lines.flatMap((line) => line.split(" ")[4] ?? []);
    return new Set(points.map((point) => point.replace(/\\([0-7]{3})/g, (_, code) => octal(code))));
  } catch {
    return new Set();
  }
}

function octal(code: string): string {
  return String.fromCharCode(Number.parseInt(code, 8));
}
