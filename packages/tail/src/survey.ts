import { basename, dirname } from "node:path";
import { backupBases } from "./backups.ts";
import { Directories, type Listing } from "./directories.ts";
import { Discovery } from "./discovery.ts";
import type { FileStat } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { joinPath } from "./names.ts";
import { type Place, Places } from "./places.ts";
import type { Registry } from "./registry.ts";
import type { Resumption } from "./resumption.ts";
import type { SourceSpec } from "./types.ts";

/** A place that a source asks for. */
export interface WantedPlace {
  readonly place: Place;
  /** Index of the source. */
  readonly source: number;
}

/** What stands in the directories, by device and inode: each file once, however many names it has. */
export interface Findings {
  readonly wanted: ReadonlyMap<string, WantedPlace>;
  /** Under the name of a backup of a wanted path, or known to the last run; without those that are wanted themselves. */
  readonly backups: ReadonlyMap<string, Place>;
  /** All of this stood so at one moment, and nothing is missing. False: files were renamed faster than they could be looked at. */
  readonly isSound: boolean;
}

/** One look at every name. */
interface Look {
  readonly wanted: ReadonlyMap<string, WantedPlace>;
  readonly backups: ReadonlyMap<string, Place>;
  /** What stood at each path when it was looked at. */
  readonly seen: ReadonlyMap<string, FileStat | undefined>;
  /** Some name was gone when it was looked at, although its directory's listing had it. */
  readonly isMissed: boolean;
}

/** Looks at a directory in which files are renamed faster than they can be looked at. */
const mostLooks = 20;

interface SurveyOptions {
  readonly sources: readonly SourceSpec[];
  readonly registry: Registry;
  readonly resumption: Resumption;
  /** Whether a file of this kind is read. */
  readonly isReadable: (place: Place) => boolean;
}

/** Finds the files that the sources ask for and those beside them that rotation may have made. */
export class Survey {
  readonly #options: SurveyOptions;
  readonly #directories = new Directories();
  readonly #places = new Places(this.#directories);
  #discovery: Discovery;
  /** Directories on the way of links. */
  #linkDirectories = new Set<string>();
  readonly #aliases = new Map<string, Lane>();
  readonly #backupNamesOf = new WeakMap<Listing, readonly string[]>();
  /** The version of the directories that the last findings belong to. */
  #version = -1;
  #isCertain = false;

  /** Throws GlobError. */
  constructor(options: SurveyOptions) {
    this.#options = options;
    this.#discovery = new Discovery(options.sources, this.#directories, process.cwd());
  }

  /** Every directory in which a change can matter. */
  get directories(): Set<string> {
    return new Set([...this.#discovery.visited, ...this.#linkDirectories]);
  }

  /** Where links lead: a backup of the target is a backup of the link. */
  get aliases(): ReadonlyMap<string, Lane> {
    return this.#aliases;
  }

  /** Takes other sources. Throws GlobError, and stays as it was. */
  reload(sources: readonly SourceSpec[]): void {
    this.#discovery = new Discovery(sources, this.#directories, process.cwd());
    this.#version = -1;
  }

  /** The source that would read this path if it existed. */
  sourceOf(path: string): number | undefined {
    return this.#discovery.sourceOf(path);
  }

  /** Some source excludes the path, and none asks for it. */
  isExcluded(path: string): boolean {
    return this.#discovery.isExcluded(path);
  }

  /** The directory's own time stamps are others than when it was last listed. */
  hasChanged(directory: string): boolean {
    return this.#directories.hasChanged(directory);
  }

  /**
   * Nothing can be found that the last findings do not hold: no directory has changed. Never so where links are followed,
   * because where one leads can change anywhere on its way.
   */
  isUnchanged(): boolean {
    if (!this.#isCertain) return false;
    this.#directories.beginScan();
    this.#discovery.scan();
    return this.#directories.version === this.#version;
  }

  /**
   * Finds all files as they stood at one moment. Names are listed first and looked at one by one, so that a file which is renamed
   * meanwhile can be missed under both of its names, or seem to stand before one that has followed it. Where a backup is
   * new, two looks have to agree name by name: then each file stood where it was found in the moment between them, and no other
   * one was there, because rotation brings no file back to a name that it had.
   * @param isDisturbed the last findings could not be dealt with, so that a file may be known before an older one
   */
  take(isDisturbed: boolean): Findings {
    for (let look = 1, before: Look | undefined; ; look++) {
      const found = this.#look();
      const needsProof = isDisturbed || found.isMissed || this.#isNew(found);
      const isSound = !needsProof || (before !== undefined && isAgreed(before, found));
      if (isSound || look === mostLooks) return { ...found, isSound };
      before = found;
    }
  }

  /** The lane whose backup a path is by its name, if any. */
  laneOfBackup(path: string): Lane | undefined {
    const { registry } = this.#options;
    for (const base of backupBases(basename(path))) {
      const original = joinPath(dirname(path), base);
      const lane = registry.lanes.get(original) ?? this.#aliases.get(original);
      if (lane !== undefined) return lane;
      const source = this.#discovery.sourceOf(original);
      if (source !== undefined) return registry.lane(original, source);
    }
    return undefined;
  }

  #look(): Look {
    this.#directories.beginScan();
    const seen = new Map<string, FileStat | undefined>();
    const wanted = this.#findWanted(seen);
    // What stood at a wanted path before had its other name before its successor came, so a listing that is younger
    // than the look at the path holds every predecessor.
    this.#directories.beginScan();
    const backups = this.#findBackups(seen);
    for (const key of wanted.keys()) backups.delete(key);
    const { isCertain, isMissed } = this.#places;
    this.#isCertain = isCertain;
    this.#places.retain(seen);
    this.#version = this.#directories.version;
    return { wanted, backups, seen, isMissed };
  }

  #findWanted(seen: Map<string, FileStat | undefined>): Map<string, WantedPlace> {
    const { registry, isReadable } = this.#options;
    const wanted = new Map<string, WantedPlace>();
    this.#linkDirectories = new Set();
    this.#aliases.clear();
    for (const { path, source } of this.#discovery.scan()) {
      const place = this.#places.at(path);
      seen.set(path, place?.stat);
      if (place === undefined || !isReadable(place)) continue;
      if (!wanted.has(place.stat.key)) wanted.set(place.stat.key, { place, source });
      if (place.link === undefined) continue;
      for (const directory of place.link.directories) this.#linkDirectories.add(directory);
      this.#aliases.set(place.link.real, registry.lane(path, source));
    }
    return wanted;
  }

  /** Some backup was not seen before. */
  #isNew({ wanted, backups }: Look): boolean {
    for (const { stat } of backups.values()) if (this.#isUnknown(stat)) return true;
    for (const { place } of wanted.values()) {
      if (this.#isUnknown(place.stat) && this.laneOfBackup(place.path) !== undefined) return true;
    }
    return false;
  }

  #isUnknown(stat: FileStat): boolean {
    const { registry } = this.#options;
    return registry.find(stat) === undefined && !registry.isIgnored(stat);
  }

  #findBackups(seen: Map<string, FileStat | undefined>): Map<string, Place> {
    const { resumption } = this.#options;
    const backups = new Map<string, Place>();
    for (const directory of this.directories) {
      const listing = this.#directories.list(directory);
      if (listing === undefined) continue;
      for (const name of resumption.isPending ? listing.names : this.#backupNames(listing)) {
        const path = joinPath(directory, name);
        if (seen.has(path)) continue;
        const isBackup = this.laneOfBackup(path) !== undefined;
        if (!isBackup && !resumption.isPending) continue;
        const place = this.#places.at(path);
        seen.set(path, place?.stat);
        if (!place?.stat.isFile || backups.has(place.stat.key)) continue;
        if (isBackup || resumption.fileOf(place.stat) !== undefined) backups.set(place.stat.key, place);
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
}

function isAgreed(left: Look, right: Look): boolean {
  if (left.isMissed || right.isMissed || left.seen.size !== right.seen.size) return false;
  for (const [path, stat] of left.seen) {
    const other = right.seen.get(path);
    if (other?.key !== stat?.key || other?.born !== stat?.born || !right.seen.has(path)) return false;
  }
  return true;
}
