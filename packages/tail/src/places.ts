import { lstatSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Directories } from "./directories.ts";
import { type FileStat, fileStat, statPath } from "./identity.ts";
import { type Resolution, resolveLinks } from "./links.ts";
import { systemPath } from "./names.ts";

/** What stands at a path. */
export interface Place {
  readonly path: string;
  readonly stat: FileStat;
  /** Where the path leads, when its last component is a link. */
  readonly link: Resolution | undefined;
}

interface Cached {
  readonly version: number;
  readonly place: Place;
}

/** What stands at the paths that are looked at: asked of the system again only when the directory has changed. */
export class Places {
  readonly #directories: Directories;
  readonly #cache = new Map<string, Cached>();
  #isCertain = true;
  #isMissed = false;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  /**
   * What stands at the paths asked for since the last `retain` can change only with their directories: none is a link, and
   * all directories could be listed.
   */
  get isCertain(): boolean {
    return this.#isCertain;
  }

  /** Some name was gone when it was looked at, although its directory's listing had it. */
  get isMissed(): boolean {
    return this.#isMissed;
  }

  /** Undefined: nothing there, a link to nothing, or a directory that cannot be entered. */
  at(path: string): Place | undefined {
    const listing = this.#directories.list(dirname(path));
    const version = listing?.version;
    const known = this.#cache.get(path);
    // Where a link leads can change without any change in its own directory.
    if (version !== undefined && known?.version === version && known.place.link === undefined) return known.place;
    const found = look(path);
    const place = found === "gone" ? undefined : found;
    if (version === undefined || place === undefined || place.link !== undefined) this.#isCertain = false;
    if (found === "gone" && listing?.names.has(basename(path))) this.#isMissed = true;
    if (place === undefined) this.#cache.delete(path);
    else if (version !== undefined) this.#cache.set(path, { version, place });
    return place;
  }

  /** Forgets all paths but these. */
  retain(paths: ReadonlyMap<string, unknown>): void {
    this.#isCertain = true;
    this.#isMissed = false;
    if (this.#cache.size <= paths.size) return;
    for (const path of this.#cache.keys()) if (!paths.has(path)) this.#cache.delete(path);
  }
}

/** `gone`: nothing has this name. */
function look(path: string): Place | "gone" | undefined {
  try {
    const stats = lstatSync(systemPath(path), { bigint: true });
    if (!stats.isSymbolicLink()) return { path, stat: fileStat(stats), link: undefined };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "gone" : undefined;
  }
  try {
    const link = resolveLinks(path);
    return link.exists ? { path, stat: statPath(path), link } : undefined;
  } catch {
    return undefined;
  }
}
