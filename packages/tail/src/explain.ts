import { closeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { silentLog } from "@outrigger/runtime/log";
import { backupBases, isCompressed } from "./backups.ts";
import { Directories } from "./directories.ts";
import { Discovery } from "./discovery.ts";
import { statPath } from "./identity.ts";
import { explainFailure, Opener } from "./opening.ts";
import type { SourceSpec } from "./types.ts";

/** Whether a file is read, and why, one reason per line. */
export interface Explanation {
  readonly isRead: boolean;
  readonly reasons: readonly string[];
}

/** Judges one path as a follower of these sources would. Throws GlobError for a pattern that cannot be read. */
export function explainPath(sources: readonly SourceSpec[], path: string): Explanation {
  const absolute = resolve(path);
  const directories = new Directories();
  const discovery = new Discovery(sources, directories, process.cwd());
  const source = discovery.sourceOf(absolute);
  if (source === undefined) return no(absolute, whyUnwanted(sources, discovery, absolute));
  const pattern = sources[source]!.files.find((file) => matches({ files: [file] }, absolute));
  const wanted = `${absolute} matches ${pattern} of source ${sources[source]!.name ?? source + 1}`;
  const obstacle = whyUnreadable(absolute);
  if (obstacle !== undefined) return no(wanted, obstacle);
  const { key } = statPath(absolute);
  const first = discovery.scan().find((other) => keyOf(other.path) === key);
  if (first !== undefined && first.path !== absolute) {
    return no(wanted, `it is the same file as ${first.path}, under which it is read`);
  }
  return { isRead: true, reasons: [wanted, "it is read"] };
}

function no(...reasons: string[]): Explanation {
  return { isRead: false, reasons: [...reasons, "it is not read"] };
}

function whyUnwanted(sources: readonly SourceSpec[], discovery: Discovery, path: string): string {
  for (const { files, exclude = [] } of sources) {
    if (!matches({ files }, path)) continue;
    const pattern = exclude.find((glob) => !matches({ files, exclude: [glob] }, path));
    return `it is excluded by ${pattern}: remove that from exclude`;
  }
  const original = backupBases(basename(path))
    .map((base) => join(dirname(path), base))
    .find((base) => discovery.sourceOf(base) !== undefined);
  if (original !== undefined) {
    return `it is a backup of ${original}, and read only if it became one while the tailer was running`;
  }
  return `no pattern matches it: the sources ask for ${sources.flatMap(({ files }) => files).join(", ")}`;
}

function whyUnreadable(path: string): string | undefined {
  try {
    const { isFile, isDirectory } = statPath(path);
    if (isDirectory) return "it is a directory: write a pattern for the files in it";
    if (!isFile) return "it is no regular file";
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return isMissing ? "it does not exist now; it will be read when it appears" : explainFailure(path, error as Error);
  }
  if (isCompressed(basename(path))) return "it is compressed: its lines were read before";
  const reasons: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void reasons.push(message) };
  const fd = new Opener(log, () => false).open(path);
  if (typeof fd === "number") closeSync(fd);
  return reasons[0];
}

function matches(source: SourceSpec, path: string): boolean {
  return new Discovery([source], new Directories(), process.cwd()).sourceOf(path) !== undefined;
}

function keyOf(path: string): string | undefined {
  try {
    return statPath(path).key;
  } catch {
    return undefined;
  }
}
