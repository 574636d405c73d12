import { lstatSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { systemPath } from "./names.ts";

/** As many links as the kernel follows (ELOOP). */
const mostLinks = 40;

/** Where a path leads, and the directories in which a change would lead it elsewhere. */
export interface Resolution {
  /** Without links; as far as it exists. */
  readonly real: string;
  readonly exists: boolean;
  /** Directories that hold a link of the way, or where the way ends. */
  readonly directories: readonly string[];
}

/** Resolves every link of an absolute path, at every level: the `..data` of a projected volume is in the middle. */
export function resolveLinks(path: string): Resolution {
  const directories = new Set<string>();
  let pending = path.split("/").filter((part) => part !== "");
  let real = "/";
  for (let links = 0; pending.length > 0; ) {
    const name = pending.shift()!;
    if (name === ".") continue;
    if (name === "..") {
      real = dirname(real);
      continue;
    }
    const next = real === "/" ? `/${name}` : `${real}/${name}`;
    const target = readLink(next);
    if (target === undefined || links > mostLinks) {
      directories.add(real);
      return { real: next, exists: false, directories: [...directories] };
    }
    if (target === "") {
      real = next;
      continue;
    }
    links++;
    directories.add(real);
    if (target.startsWith("/")) real = "/";
    pending = [...target.split("/").filter((part) => part !== ""), ...pending];
  }
  directories.add(dirname(real));
  return { real, exists: true, directories: [...directories] };
}

/** A link's target, "" for anything else, undefined when there is nothing. */
function readLink(path: string): string | undefined {
  try {
    return lstatSync(systemPath(path)).isSymbolicLink() ? readlinkSync(systemPath(path)) : "";
  } catch {
    return undefined;
  }
}
