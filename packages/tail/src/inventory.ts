import { closeSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Log } from "@outrigger/runtime/log";
import { backupBases, isCompressed } from "./backups.ts";
import { closeCandidate } from "./copies.ts";
import { Directories, type Listing } from "./directories.ts";
import { Discovery } from "./discovery.ts";
import type { TrackedGeneration } from "./generation.ts";
import { clockSlack, type FileStat, statDescriptor } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { Opener } from "./opening.ts";
import { type Place, Places } from "./places.ts";
import { Registry } from "./registry.ts";
import { Resumption, restorePast, statOfEntry } from "./resumption.ts";
import { Transitions } from "./transitions.ts";
import type { Checkpoint, CheckpointEntry, SourceSpec, TailEvents } from "./types.ts";

export interface InventoryOptions {
  readonly sources: readonly SourceSpec[];
  readonly log: Log;
  readonly events: TailEvents;
  readonly resume: Checkpoint | undefined;
  readonly rotateGrace: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** There may be something to read in it. */
  readonly ready: (generation: TrackedGeneration) => void;
}

/** Rotations that may come in between one scan, before it is left to the next. */
const mostAttempts = 10;

/** Knows every file: which inode is which generation, where it is now, and what a file that appears means. */
export class Inventory {
  readonly registry: Registry;
  readonly #options: InventoryOptions;
  readonly #directories = new Directories();
  readonly #places = new Places(this.#directories);
  readonly #opener: Opener;
  readonly #resumption: Resumption;
  readonly #transitions: Transitions;
  readonly #startedAt = BigInt(Date.now() - clockSlack) * 1_000_000n;
  #discovery: Discovery;
  /** Sources whose first scan is still to come. */
  #unscanned: Set<number>;
  #isFirstScan = true;
  /** A file was replaced between the look at it and its opening. */
  #isOutdated = false;
  /** Directories on the way of links. */
  #linkDirectories = new Set<string>();
  /** Where links lead: a backup of the target is a backup of the link. */
  readonly #aliases = new Map<string, Lane>();
  readonly #backupNamesOf = new WeakMap<Listing, readonly string[]>();
  readonly #byPath = new Map<string, TrackedGeneration>();

  /** Throws GlobError. */
  constructor(options: InventoryOptions) {
    this.#options = options;
    this.registry = new Registry(options.sources, options.now);
    this.#discovery = new Discovery(options.sources, this.#directories, process.cwd());
    this.#unscanned = new Set(options.sources.keys());
    this.#resumption = new Resumption(options.resume);
    this.#opener = new Opener(options.log, () => this.registry.closeIdle());
    this.#transitions = new Transitions({ ...options, registry: this.registry });
  }

  /** Every directory in which a change can matter. */
  get directories(): Set<string> {
    return new Set([...this.#discovery.visited, ...this.#linkDirectories]);
  }

  /** Some new file could not be judged yet: scan again soon. */
  get isUndecided(): boolean {
    for (const lane of this.registry.lanes.values()) if (lane.isUndecided) return true;
    return false;
  }

  /** Takes other sources: what no source asks for any more is to be read to its end and closed. Throws GlobError. */
  reload(sources: readonly SourceSpec[]): void {
    const discovery = new Discovery(sources, this.#directories, process.cwd());
    const known = new Set(this.registry.sources.map(({ files }) => files.join("\0")));
    this.#unscanned = new Set([...sources.keys()].filter((index) => !known.has(sources[index]!.files.join("\0"))));
    this.#discovery = discovery;
    this.registry.sources = sources;
    for (const lane of this.registry.lanes.values()) lane.source = discovery.sourceOf(lane.path) ?? lane.source;
    for (const generation of this.registry.all()) {
      generation.dropped = discovery.sourceOf(generation.file) === undefined;
      generation.source = this.registry.laneOf(generation).source;
      this.#options.ready(generation);
    }
  }

  /** Brings everything up to date with the file system. */
  scan(): void {
    let attempts = 0;
    do {
      this.#isOutdated = false;
      this.#scanOnce();
    } while (this.#isOutdated && ++attempts < mostAttempts);
    this.#isFirstScan = false;
    this.#unscanned.clear();
  }

  #scanOnce(): void {
    this.#directories.beginScan();
    const found = this.#findWanted();
    // What stood at a wanted path before had its other name before its successor came, so a listing that is younger
    // than the look at the path holds every predecessor.
    this.#directories.beginScan();
    const backups = this.#findBackups(found.paths);
    this.#places.retain(new Set([...found.paths, ...[...backups.values()].map(({ path }) => path)]));
    this.#relocate(found.files, backups);
    for (const [key, place] of backups) if (!found.files.has(key)) this.#attempt(place, () => this.#takeBackup(place));
    for (const { place, source } of found.files.values()) this.#attempt(place, () => this.#takeWanted(place, source));
    for (const entry of this.#resumption.takeUnclaimed()) this.#remember(entry);
    for (const lane of this.registry.lanes.values()) if (lane.needsSettling) this.#settle(lane);
    this.#index();
  }

  /** Looks at every generation for growth or change. */
  lookAtAll(): void {
    for (const generation of this.registry.all()) {
      try {
        if (generation.phase === "resting" && !generation.wanted) continue;
        if (generation.look()) this.#options.ready(generation);
      } catch (error) {
        // A file that is gone is the next scan's business.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#reportUnreadable(generation.file, error);
      }
    }
  }

  /**
   * Looks at the beginning of generations that were not begun, and then for predecessors that nobody has seen yet: a
   * file may have been filled, copied and truncated since the last scan. Only the listing that follows the look is
   * complete.
   */
  introduce(): void {
    const seen = [...this.registry.all()].filter((generation) => {
      try {
        return (
          !generation.isIntroduced &&
          generation.fd !== undefined &&
          generation.isIntact() &&
          generation.prefix.length > 0
        );
      } catch (error) {
        this.#reportUnreadable(generation.file, error);
        return false;
      }
    });
    if (seen.length === 0) return;
    this.scan();
    for (const generation of seen) generation.isIntroduced = true;
  }

  /** Finds out what happened to a file that does not hold any more what was read of it. */
  suspect(generation: TrackedGeneration): void {
    this.registry.laneOf(generation).isSuspect = true;
    this.scan();
  }

  /** Opens a generation's file again. False: it is not there, or another one is. */
  reopen(generation: TrackedGeneration): boolean {
    if (generation.path === undefined) return false;
    const fd = this.#opener.open(generation.path);
    if (fd === undefined) return false;
    if (statDescriptor(fd).key !== generation.stat.key) {
      closeSync(fd);
      return false;
    }
    generation.fd = fd;
    if (generation.phase === "live") return true;
    generation.phase = "live";
    this.registry.laneOf(generation).readmit(generation);
    return true;
  }

  close(): void {
    for (const lane of this.registry.lanes.values()) for (const candidate of lane.candidates) closeCandidate(candidate);
    for (const generation of this.registry.all()) generation.close();
  }

  #settle(lane: Lane): void {
    const now = this.#options.now();
    const host = this.#transitions.of(lane);
    try {
      if (!lane.settle(now, host)) this.#isOutdated = true;
      lane.expire(now, this.#options.rotateGrace, host);
    } catch (error) {
      this.#reportUnreadable(lane.path, error);
    }
    for (const generation of lane.generations) this.#options.ready(generation);
  }

  #findWanted(): { files: Map<string, { place: Place; source: number }>; paths: Set<string> } {
    const files = new Map<string, { place: Place; source: number }>();
    const paths = new Set<string>();
    this.#linkDirectories = new Set();
    this.#aliases.clear();
    for (const { path, source } of this.#discovery.scan()) {
      paths.add(path);
      const place = this.#places.at(path);
      if (place === undefined || !this.#isReadable(place)) continue;
      if (!files.has(place.stat.key)) files.set(place.stat.key, { place, source });
      if (place.link === undefined) continue;
      for (const directory of place.link.directories) this.#linkDirectories.add(directory);
      this.#aliases.set(place.link.real, this.registry.lane(path, source));
    }
    return { files, paths };
  }

  /** Files under the name of a backup of a wanted path, by inode, without those that are wanted themselves. */
  #findBackups(wanted: ReadonlySet<string>): Map<string, Place> {
    const backups = new Map<string, Place>();
    for (const directory of this.directories) {
      const listing = this.#directories.list(directory);
      if (listing === undefined) continue;
      for (const name of this.#resumption.isPending ? listing.names : this.#backupNames(listing)) {
        const path = join(directory, name);
        if (wanted.has(path)) continue;
        const isBackup = this.#laneOfBackup(path) !== undefined;
        if (!isBackup && !this.#resumption.isPending) continue;
        const place = this.#places.at(path);
        if (!place?.stat.isFile || backups.has(place.stat.key)) continue;
        if (isBackup || this.#resumption.fileOf(place.stat) !== undefined) backups.set(place.stat.key, place);
      }
    }
    return backups;
  }

  /** The names in a directory that can be those of backups; found once for each listing. */
  #backupNames(listing: Listing): readonly string[] {
    const known = this.#backupNamesOf.get(listing);
    if (known !== undefined) return known;
    const names = [...listing.names].filter((name) => backupBases(name).length > 0);
    this.#backupNamesOf.set(listing, names);
    return names;
  }

  /** The lane whose backup a path is by its name, if any. */
  #laneOfBackup(path: string): Lane | undefined {
    for (const base of backupBases(basename(path))) {
      const original = join(dirname(path), base);
      const lane = this.registry.lanes.get(original) ?? this.#aliases.get(original);
      if (lane !== undefined) return lane;
      const source = this.#discovery.sourceOf(original);
      if (source !== undefined) return this.registry.lane(original, source);
    }
    return undefined;
  }

  /** Notes where each known generation is now. */
  #relocate(found: ReadonlyMap<string, { place: Place }>, backups: ReadonlyMap<string, Place>): void {
    const now = this.#options.now();
    for (const generation of this.registry.byInode.values()) {
      const { key, born } = generation.stat;
      const place = found.get(key)?.place ?? backups.get(key);
      const isSame = place !== undefined && place.stat.born === born;
      generation.path = isSame ? place.path : undefined;
      generation.wanted = isSame && found.has(key);
      if (generation.path === generation.file) generation.retiredAt = undefined;
      else if (generation.retiredAt === undefined) {
        generation.retiredAt = now;
        this.#options.events.rotated?.(generation.source);
        this.#options.ready(generation);
      }
    }
  }

  /** The generation whose file is known under this path. */
  at(path: string): TrackedGeneration | undefined {
    return this.#byPath.get(path);
  }

  #index(): void {
    this.#byPath.clear();
    for (const generation of this.registry.byInode.values()) {
      if (generation.path !== undefined) this.#byPath.set(generation.path, generation);
    }
    for (const [real, lane] of this.#aliases) {
      const generation = this.#byPath.get(lane.path);
      if (generation !== undefined) this.#byPath.set(real, generation);
    }
  }

  #takeWanted(place: Place, source: number): void {
    const { stat } = place;
    if (this.registry.find(stat) !== undefined || this.registry.isIgnored(stat, "copy")) return;
    this.registry.ignored.delete(stat.key);
    const isFirst = this.#unscanned.has(source);
    const lane = this.#laneOfBackup(place.path) ?? this.registry.lane(place.path, source);
    if (this.#resumption.fileOf(stat) !== undefined && this.#resume(place, lane)) return;
    if (lane.path !== place.path && (!isFirst || this.#resumption.isPresent)) {
      this.#nominate(place, lane);
      return;
    }
    const opened = this.#open(place);
    if (opened === undefined) return;
    const generation = this.registry.create({ path: place.path, lane, ...opened });
    if (isFirst && this.registry.sources[source]?.start === "end") generation.seek(generation.size, false);
    this.#begin(generation, lane);
  }

  #takeBackup(place: Place): void {
    const { stat, path } = place;
    if (this.registry.find(stat) !== undefined || this.registry.isIgnored(stat)) return;
    const file = this.#resumption.fileOf(stat);
    const lane =
      file === undefined ? this.#laneOfBackup(path)! : this.registry.lane(file, this.#discovery.sourceOf(file) ?? 0);
    if (file !== undefined && this.#resume(place, lane)) return;
    if (this.#isHistory(place)) this.registry.ignoreHistory(path, stat);
    else this.#nominate(place, lane);
  }

  /** A backup that was there before us. In a directory that appears later, its age tells. */
  #isHistory({ path, stat }: Place): boolean {
    if (this.#discovery.isExcluded(path)) return true;
    if (this.#isFirstScan) {
      // Nothing was read of an empty one, so no checkpoint knows it; its writer may still be there.
      const isUnknown = this.#resumption.isPresent && stat.size === 0;
      return !isUnknown && !this.#resumption.isNewer(stat);
    }
    return stat.born !== 0n && stat.born < this.#startedAt && stat.modified < this.#startedAt;
  }

  #nominate(place: Place, lane: Lane): void {
    const { path, stat } = place;
    const known = lane.candidates.find((candidate) => candidate.stat.key === stat.key);
    if (known !== undefined) {
      known.path = path;
      return;
    }
    const opened = this.#open(place);
    if (opened === undefined) return;
    const now = this.#options.now();
    lane.candidates.push({ path, ...opened, noticedAt: now, size: 0, grownAt: now, copyOf: undefined });
  }

  /** Goes on where the last run stopped. False: the checkpoint does not fit this file. */
  #resume(place: Place, lane: Lane): boolean {
    const opened = this.#open(place);
    if (opened === undefined) return true;
    const claim = this.#resumption.claim(opened.fd, opened.stat);
    if (claim === undefined || claim.isCopy) {
      if (claim?.isCopy) this.registry.ignoreCopy(place.path, opened.fd);
      closeSync(opened.fd);
      return claim !== undefined;
    }
    for (const entry of claim.past) this.#remember(entry, opened.stat);
    const { name } = claim.present ?? claim.past[0]!;
    const generation = this.registry.create({ path: place.path, lane, ...opened, name });
    if (claim.present === undefined) generation.skipsHole = true;
    else generation.seek(claim.present.offset, claim.present.flushed);
    this.#begin(generation, lane);
    return true;
  }

  /** A generation of the last run whose file is gone, or holds something else now. A copy may still have its rest. */
  #remember(entry: CheckpointEntry, stat: FileStat = statOfEntry(entry)): void {
    const source = this.#discovery.sourceOf(entry.file);
    if (source === undefined) return;
    const lane = this.registry.lane(entry.file, source);
    const past = this.registry.past({ path: entry.path, lane, stat, fd: undefined, name: entry.name });
    restorePast(past, entry);
    lane.add(past);
  }

  #begin(generation: TrackedGeneration, lane: Lane): void {
    if (generation.path !== generation.file) generation.retiredAt = this.#options.now();
    // At the first scan there is nothing that was seen before; backups are history.
    generation.isIntroduced = this.#isFirstScan || generation.offset > 0;
    lane.add(generation);
    for (const other of lane.generations) this.#options.ready(other);
  }

  /** The file that was found at a place, unless another one has taken it meanwhile. */
  #open({ path, stat: { key } }: Place): { fd: number; stat: FileStat } | undefined {
    const fd = this.#opener.open(path);
    if (fd === undefined) return undefined;
    const stat = statDescriptor(fd);
    if (stat.key === key) return { fd, stat };
    closeSync(fd);
    this.#isOutdated = true;
    return undefined;
  }

  #isReadable({ path, stat }: Place): boolean {
    if (stat.isFile && !isCompressed(basename(path))) return true;
    if (stat.isFile) this.#opener.report(path, `${path} is compressed and not read: its lines were read before`);
    else if (!stat.isDirectory) this.#opener.report(path, `${path} is not read: it is no regular file`);
    return false;
  }

  #attempt(place: Place, take: () => void): void {
    try {
      take();
    } catch (error) {
      this.#reportUnreadable(place.path, error);
    }
  }

  #reportUnreadable(path: string, error: unknown): void {
    this.#opener.report(path, `cannot read ${path}: ${(error as Error).message}; it is tried again`);
  }
}

function join(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
