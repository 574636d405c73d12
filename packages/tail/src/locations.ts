import { dirname } from "node:path";
import type { TrackedGeneration } from "./generation.ts";
import type { FileStat } from "./identity.ts";
import type { Lane } from "./lane.ts";
import type { Registry } from "./registry.ts";
import type { Findings } from "./survey.ts";

const none: ReadonlySet<TrackedGeneration> = new Set();

/** Where the files of all generations were at the last scan. */
export class Locations {
  readonly #byPath = new Map<string, TrackedGeneration>();
  #byDirectory: Map<string, Set<TrackedGeneration>> | undefined;

  /**
   * Tells every generation and every candidate where its file is now.
   * @returns the generations that have left the path that they belong to
   */
  follow(registry: Registry, { wanted, backups }: Findings, now: number): TrackedGeneration[] {
    const placeOf = ({ key, born }: FileStat) => {
      const place = wanted.get(key)?.place ?? backups.get(key);
      return place?.stat.born === born ? place : undefined;
    };
    for (const lane of registry.lanes.values()) {
      for (const candidate of lane.candidates) {
        const place = placeOf(candidate.stat);
        candidate.isInPlace = place !== undefined;
        candidate.path = place?.path ?? candidate.path;
      }
    }
    const left: TrackedGeneration[] = [];
    for (const generation of registry.byInode.values()) {
      const place = placeOf(generation.stat);
      generation.path = place?.path;
      generation.wanted = place !== undefined && wanted.has(generation.stat.key);
      if (generation.path === generation.file) generation.retiredAt = undefined;
      else if (generation.retiredAt === undefined) {
        generation.retiredAt = now;
        left.push(generation);
      }
    }
    return left;
  }

  /**
   * Takes note of which one stands at which path.
   * @param aliases where links lead, and the lane of the link: what happens to the target is the link's business
   */
  update(generations: Iterable<TrackedGeneration>, aliases: ReadonlyMap<string, Lane>): void {
    this.#byDirectory = undefined;
    this.#byPath.clear();
    for (const generation of generations) {
      if (generation.path !== undefined) this.#byPath.set(generation.path, generation);
    }
    for (const [real, lane] of aliases) {
      const generation = this.#byPath.get(lane.path);
      if (generation !== undefined) this.#byPath.set(real, generation);
    }
  }

  /** The generation whose file is known under this path. */
  at(path: string): TrackedGeneration | undefined {
    return this.#byPath.get(path);
  }

  /** The generations whose files are in this directory. */
  in(directory: string): ReadonlySet<TrackedGeneration> {
    this.#byDirectory ??= this.#groupByDirectory();
    return this.#byDirectory.get(directory) ?? none;
  }

  #groupByDirectory(): Map<string, Set<TrackedGeneration>> {
    const groups = new Map<string, Set<TrackedGeneration>>();
    for (const [path, generation] of this.#byPath) {
      const directory = dirname(path);
      const group = groups.get(directory);
      if (group === undefined) groups.set(directory, new Set([generation]));
      else group.add(generation);
    }
    return groups;
  }
}
