import { readdirSync, statSync } from "node:fs";
import { isDamaged, nameFromBytes, systemPath } from "./names.ts";

/** What a directory held when it was last listed. */
export interface Listing {
  /** Device and inode: another directory under the same path has another one. */
  readonly key: string;
  /** Grows with each change seen; equal versions mean an equal set of names. */
  readonly version: number;
  readonly names: ReadonlySet<string>;
}

interface Cached extends Listing {
  /** The scan that last verified it. */
  scan: number;
  readonly modified: number;
  readonly changed: number;
  readonly readAt: number;
  kinds?: Kinds;
}

interface Kinds {
  readonly directories: readonly string[];
  readonly links: readonly string[];
}

/**
 * A time stamp this close to the moment of reading proves nothing: the kernel's clock ticks every 4 ms, some file
 * systems' every 1 or 2 s, and a second change within the tick leaves the stamp as it is.
 */
export const settleTime = 2000;

/** Listings of directories, read again only when the directory's time stamps say that they may have changed. */
export class Directories {
  readonly #cache = new Map<string, Cached>();
  #version = 0;
  #scan = 0;

  /** The version of the latest change of any directory listed so far. */
  get version(): number {
    return this.#version;
  }

  /** From here on every directory is verified once more. */
  beginScan(): void {
    this.#scan++;
  }

  /** The directory's names, or undefined when it cannot be read or is none. */
  list(path: string): Listing | undefined {
    const known = this.#cache.get(path);
    if (known?.scan === this.#scan) return known;
    try {
      const stat = statSync(systemPath(path));
      const key = `${stat.dev}:${stat.ino}`;
      const isSame =
        known !== undefined && known.key === key && known.modified === stat.mtimeMs && known.changed === stat.ctimeMs;
      if (isSame && known.readAt - Math.max(stat.mtimeMs, stat.ctimeMs) > settleTime) {
        known.scan = this.#scan;
        return known;
      }
      const readAt = Date.now();
      const names = new Set(readNames(path));
      const listing: Cached = {
        key,
        names,
        scan: this.#scan,
        modified: stat.mtimeMs,
        changed: stat.ctimeMs,
        readAt,
        // Even with equal names and stamps: a name may stand for another file since.
        version: ++this.#version,
      };
      this.#cache.set(path, listing);
      return listing;
    } catch {
      if (known !== undefined) {
        this.#cache.delete(path);
        this.#version++;
      }
      return undefined;
    }
  }

  /** Its time stamps are others than when it was last listed, or it is another directory. */
  hasChanged(path: string): boolean {
    const known = this.#cache.get(path);
    try {
      const stat = statSync(systemPath(path));
      return (
        known?.key !== `${stat.dev}:${stat.ino}` || known.modified !== stat.mtimeMs || known.changed !== stat.ctimeMs
      );
    } catch {
      return known !== undefined;
    }
  }

  /** Names of real directories (not links to some) in a directory. */
  subdirectories(path: string): readonly string[] {
    return this.#kinds(path).directories;
  }

  /** Names of directories, and of links, which may lead to some. */
  enterable(path: string): readonly string[] {
    const { directories, links } = this.#kinds(path);
    return [...directories, ...links];
  }

  /** Forgets what no scan asked for. */
  retain(paths: ReadonlySet<string>): void {
    for (const path of this.#cache.keys()) if (!paths.has(path)) this.#cache.delete(path);
  }

  #kinds(path: string): Kinds {
    const listing = this.list(path) as Cached | undefined;
    if (listing === undefined) return { directories: [], links: [] };
    listing.kinds ??= readKinds(path);
    return listing.kinds;
  }
}

function readNames(path: string): string[] {
  const names = readdirSync(systemPath(path));
  if (!names.some(isDamaged)) return names;
  return readdirSync(systemPath(path), { encoding: "buffer" }).map(nameFromBytes);
}

function readKinds(path: string): Kinds {
  try {
    const entries = readdirSync(systemPath(path), { withFileTypes: true, encoding: "buffer" });
    return {
      directories: entries.filter((entry) => entry.isDirectory()).map((entry) => nameFromBytes(entry.name)),
      links: entries.filter((entry) => entry.isSymbolicLink()).map((entry) => nameFromBytes(entry.name)),
    };
  } catch {
    return { directories: [], links: [] };
  }
}
