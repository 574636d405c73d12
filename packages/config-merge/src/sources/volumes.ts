import { lstatSync, readlinkSync } from "node:fs";
import path from "node:path";

/**
 * The generations of ConfigMap and Secret volumes as one run sees them. Such a volume swaps its `..data` link; every
 * file of it is read through the target that the link had first, so that a swap in the middle of a run cannot mix
 * two generations.
 */
export class Volumes {
  readonly #generations = new Map<string, string | undefined>();

  /** The path to read instead of `file`: the same, or its place in the volume's generation. */
  resolve(file: string): string {
    const absolute = path.resolve(file);
    for (let directory = absolute; ; ) {
      const parent = path.dirname(directory);
      if (parent === directory) return file;
      const generation = this.#generation(parent);
      if (generation !== undefined) {
        const inside = path.relative(parent, absolute);
        return isLinkedThroughData(parent, inside) ? path.join(parent, generation, inside) : file;
      }
      directory = parent;
    }
  }

  /** The directory that holds the files of a volume's generation, or `directory` when it is no such volume. */
  resolveDirectory(directory: string): string {
    const generation = this.#generation(path.resolve(directory));
    return generation === undefined ? this.resolve(directory) : path.join(directory, generation);
  }

  /** Whether a volume was swapped since it was first looked at: what it held may be gone. */
  get stale(): boolean {
    return this.#generations.entries().some(([directory, seen]) => seen !== linkTarget(path.join(directory, "..data")));
  }

  #generation(directory: string): string | undefined {
    if (!this.#generations.has(directory)) {
      this.#generations.set(directory, linkTarget(path.join(directory, "..data")));
    }
    return this.#generations.get(directory);
  }
}

function isLinkedThroughData(volume: string, inside: string): boolean {
  const [first = ""] = inside.split(path.sep);
  const target = linkTarget(path.join(volume, first));
  return target !== undefined && target.split("/")[0] === "..data";
}

/** Asking before reading: an exception for every directory without `..data` costs more than the answer. */
function linkTarget(link: string): string | undefined {
  try {
    return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(link) : undefined;
  } catch {
    return undefined;
  }
}
