import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { mountOf } from "../output/mounts.ts";

/**
 * The directories in which a change of these files shows: their own, those inside them, those of volumes above them (where
 * `..data` is swapped), and those behind links. What does not exist yet is represented by the nearest directory that does.
 */
export function directoriesOf(paths: readonly string[]): Set<string> {
  const directories = new Set<string>();
  for (const file of paths) {
    const absolute = path.resolve(file);
    const own = isDirectory(absolute) ? absolute : path.dirname(absolute);
    directories.add(nearest(own));
    // A directory that is itself a link may be swapped as a whole.
    if (isLink(own)) directories.add(path.dirname(own));
    for (let parent = own; parent !== path.dirname(parent); parent = path.dirname(parent)) {
      if (exists(path.join(parent, "..data"))) directories.add(parent);
    }
    try {
      const real = realpathSync(absolute);
      if (isDirectory(real)) for (const inside of withInner(real)) directories.add(inside);
      else directories.add(path.dirname(real));
    } catch {
      // Absent: its nearest directory is watched.
    }
  }
  return directories;
}

/** Sources that the kubelet never updates: mounts of single files and of a subPath. */
export function frozenPaths(paths: readonly string[]): string[] {
  return paths.filter((file) => {
    const absolute = path.resolve(file);
    const mount = mountOf(absolute);
    if (mount === undefined) return false;
    // A subPath of a volume is mounted from one generation of it.
    return (
      (mount.point === absolute && !isDirectory(absolute)) || /\/volume-subpaths\/|\/\.\.[0-9]{4}_/.test(mount.root)
    );
  });
}

/** A directory and those inside it; a volume's generations are followed by its `..data`. */
function* withInner(directory: string): Generator<string> {
  yield directory;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith("..")) yield* withInner(path.join(directory, entry.name));
  }
}

function nearest(directory: string): string {
  let current = directory;
  while (!isDirectory(current) && current !== path.dirname(current)) current = path.dirname(current);
  return current;
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
