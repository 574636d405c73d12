import { closeSync } from "node:fs";
import type { TrackedGeneration } from "./generation.ts";
import { statDescriptor } from "./identity.ts";
import type { Locations } from "./locations.ts";
import type { Opener } from "./opening.ts";
import type { Registry } from "./registry.ts";

interface KnownFilesOptions {
  readonly registry: Registry;
  readonly locations: Locations;
  readonly opener: Opener;
  /** There may be something to read in it. */
  readonly ready: (generation: TrackedGeneration) => void;
}

/** The files that the last scan has found: looking at them, and opening them again, without another scan. */
export class KnownFiles {
  readonly #options: KnownFilesOptions;

  constructor(options: KnownFilesOptions) {
    this.#options = options;
  }

  /** The generation whose file was at this path at the last scan. */
  at(path: string): TrackedGeneration | undefined {
    return this.#options.locations.at(path);
  }

  /** How many of them are in one directory. */
  countIn(directory: string): number {
    return this.#options.locations.in(directory).size;
  }

  /** Looks at every generation for growth or change. */
  lookAtAll(): void {
    for (const generation of this.#options.registry.all()) {
      if (generation.phase === "resting" && !generation.wanted) continue;
      this.lookAt(generation);
    }
  }

  /** Looks at one generation for growth or change. */
  lookAt(generation: TrackedGeneration): void {
    this.#attempt(generation, () => generation.look());
  }

  /** Looks at the files in one directory. Returns the bytes by which they have grown since the last look or reading. */
  lookIn(directory: string): number {
    let growth = 0;
    for (const generation of this.#options.locations.in(directory)) {
      if (generation.phase === "ended") continue;
      const { size } = generation;
      this.#attempt(generation, () => generation.glance());
      growth += Math.max(0, generation.size - size);
    }
    return growth;
  }

  /** Opens a generation's file again. False: it is not there, or another one is. */
  reopen(generation: TrackedGeneration): boolean {
    if (generation.path === undefined) return false;
    const { opener, registry } = this.#options;
    const fd = opener.open(generation.path);
    if (typeof fd !== "number") return false;
    if (statDescriptor(fd).key !== generation.stat.key) {
      closeSync(fd);
      return false;
    }
    generation.fd = fd;
    if (generation.phase === "live") return true;
    generation.phase = "live";
    registry.laneOf(generation).readmit(generation);
    return true;
  }

  #attempt(generation: TrackedGeneration, look: () => boolean): void {
    try {
      if (look()) this.#options.ready(generation);
    } catch (error) {
      // A file that is gone is the next scan's business.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        this.#options.opener.reportUnreadable(generation.file, error);
      }
    }
  }
}
