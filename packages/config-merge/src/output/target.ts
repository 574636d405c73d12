import { lstatSync, readFileSync, readlinkSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "@outrigger/formats/problem";
import { systemCode } from "@outrigger/runtime/errors";
import { unwritable } from "./refusal.ts";

const maximumLinks = 40;

/** The place an output goes to, as it is before the run changes anything. */
export interface Target {
  /** The path as the user wrote it. */
  readonly shown: string;
  /** The file behind any symbolic links: they stay, and what they lead to is replaced. */
  readonly file: string;
  readonly directory: string;
  /** The existing output; without bytes when we may replace but not read it. */
  readonly existing: { readonly bytes: Buffer | undefined; readonly stat: Stats } | undefined;
}

/**
 * Looks at the place of an output. A directory, or anything else that is no regular file, a missing parent and an
 * unreadable output are exit status 6. `planned` holds the directories this run makes itself.
 */
export function inspectTarget(shown: string, planned: ReadonlySet<string>): Target {
  try {
    const file = followLinks(path.resolve(shown));
    const directory = path.dirname(file);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      throw new Problem("output", `cannot write ${shown}: it is a directory`, {
        hint: "name a file in it, or end the path with / to manage the directory itself",
      });
    }
    if (stat !== undefined && !stat.isFile()) {
      throw new Problem("output", `cannot write ${shown}: it is no regular file`, { hint: "use -o - for stdout" });
    }
    if (stat === undefined && !planned.has(directory)) requireDirectory(shown, directory);
    const existing = stat === undefined ? undefined : { bytes: readable(file), stat };
    return { shown, file, directory, existing };
  } catch (error) {
    throw error instanceof Problem ? error : unwritable(shown, error);
  }
}

function readable(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (systemCode(error) === "EACCES") return undefined;
    throw error;
  }
}

function requireDirectory(shown: string, directory: string): void {
  const parent = statSync(directory, { throwIfNoEntry: false });
  if (parent?.isDirectory()) return;
  const reason = parent === undefined ? `the directory ${directory} does not exist` : `${directory} is not a directory`;
  throw new Problem("output", `cannot write ${shown}: ${reason}`, {
    hint: `add a volumeMount at ${directory}, correct the path, or make ${directory}/ an output of the configuration`,
  });
}

/** The file a chain of symbolic links ends at, whether it exists or not. */
function followLinks(file: string): string {
  let current = file;
  for (let count = 0; count < maximumLinks; count++) {
    if (lstatSync(current, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return current;
    current = path.resolve(path.dirname(current), readlinkSync(current));
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" });
}
