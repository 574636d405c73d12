import { closeSync } from "node:fs";
import type { TrackedGeneration } from "./generation.ts";
import { clockSlack, type FileStat, statDescriptor } from "./identity.ts";
import type { Lane } from "./lane.ts";
import type { Opener } from "./opening.ts";
import type { Place } from "./places.ts";
import type { Registry } from "./registry.ts";
import { type Resumption, restorePast, statOfEntry } from "./resumption.ts";
import type { Survey, WantedPlace } from "./survey.ts";
import type { CheckpointEntry } from "./types.ts";

interface IntakeOptions {
  readonly registry: Registry;
  readonly survey: Survey;
  readonly resumption: Resumption;
  readonly opener: Opener;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** There may be something to read in it. */
  readonly ready: (generation: TrackedGeneration) => void;
  /** A file has left the place where it was found: scan again at once. */
  readonly outdated: () => void;
}

/** Decides what a file that appears is: a new generation, one of the last run, a candidate to be judged, or history. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #startedAt = BigInt(Date.now() - clockSlack) * 1_000_000n;
  #isFirstScan = true;
  /** Sources whose first scan is still to come. */
  #unscanned: ReadonlySet<number>;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#unscanned = new Set(options.registry.sources.keys());
  }

  /** The next scan is the first one for these sources. */
  expect(sources: ReadonlySet<number>): void {
    this.#unscanned = sources;
  }

  /** What appears from now on is new. */
  endFirstScan(): void {
    this.#isFirstScan = false;
    this.#unscanned = new Set();
  }

  /**
   * Takes in a file that a source asks for. Throws the system's error.
   * @returns false when it could not be opened
   */
  takeWanted({ place, source }: WantedPlace): boolean {
    const { registry, survey, resumption } = this.#options;
    const { stat } = place;
    if (registry.find(stat) !== undefined || registry.isIgnored(stat, "copy")) return true;
    registry.ignored.delete(stat.key);
    const isFirst = this.#unscanned.has(source);
    const lane = survey.laneOfBackup(place.path) ?? registry.lane(place.path, source);
    if (resumption.fileOf(stat) !== undefined) {
      const isResumed = this.#resume(place, lane);
      if (isResumed !== undefined) return isResumed;
    }
    if (lane.path !== place.path && (!isFirst || resumption.isPresent)) return this.#nominate(place, lane);
    const opened = this.#open(place);
    if (opened === undefined) return false;
    const generation = registry.create({ path: place.path, lane, ...opened });
    if (isFirst && registry.sources[source]?.start === "end") generation.seek(generation.size, false);
    this.#begin(generation, lane);
    return true;
  }

  /**
   * Takes in a file with the name of a backup. Throws the system's error.
   * @returns false when it could not be opened
   */
  takeBackup(place: Place): boolean {
    const { registry, survey, resumption } = this.#options;
    const { stat, path } = place;
    if (registry.find(stat) !== undefined || registry.isIgnored(stat)) return true;
    const file = resumption.fileOf(stat);
    const lane = file === undefined ? survey.laneOfBackup(path)! : registry.lane(file, survey.sourceOf(file) ?? 0);
    if (file !== undefined) {
      const isResumed = this.#resume(place, lane);
      if (isResumed !== undefined) return isResumed;
    }
    if (!this.#isHistory(place)) return this.#nominate(place, lane);
    registry.ignoreHistory(path, stat);
    return true;
  }

  /** A generation of the last run whose file is gone, or holds something else now. A copy may still have its rest. */
  remember(entry: CheckpointEntry, stat: FileStat = statOfEntry(entry)): void {
    const { registry, survey } = this.#options;
    const source = survey.sourceOf(entry.file);
    if (source === undefined) return;
    const lane = registry.lane(entry.file, source);
    const past = registry.past({ path: entry.path, lane, stat, fd: undefined, name: entry.name });
    restorePast(past, entry);
    lane.add(past);
  }

  /** A backup that was there before us. In a directory that appears later, its age tells. */
  #isHistory({ path, stat }: Place): boolean {
    const { survey, resumption } = this.#options;
    if (survey.isExcluded(path)) return true;
    if (this.#isFirstScan) {
      // Nothing was read of an empty one, so no checkpoint knows it; its writer may still be there.
      const isUnknown = resumption.isPresent && stat.size === 0;
      return !isUnknown && !resumption.isNewer(stat);
    }
    return stat.born !== 0n && stat.born < this.#startedAt && stat.modified < this.#startedAt;
  }

  #nominate(place: Place, lane: Lane): boolean {
    const { path, stat } = place;
    const known = lane.candidates.find((candidate) => candidate.stat.key === stat.key);
    if (known !== undefined) return true;
    const opened = this.#open(place);
    if (opened === undefined) return false;
    const now = this.#options.now();
    const { size } = opened.stat;
    lane.candidates.push({ path, isInPlace: true, ...opened, noticedAt: now, size, grownAt: now, copyOf: undefined });
    return true;
  }

  /**
   * Goes on where the last run stopped.
   * @returns undefined when the checkpoint does not fit this file, false when it could not be opened
   */
  #resume(place: Place, lane: Lane): boolean | undefined {
    const { registry, resumption } = this.#options;
    const opened = this.#open(place);
    if (opened === undefined) return false;
    const claim = resumption.claim(opened.fd, opened.stat);
    if (claim === undefined || claim.isCopy) {
      if (claim?.isCopy) registry.ignoreCopy(place.path, opened.fd);
      closeSync(opened.fd);
      return claim === undefined ? undefined : true;
    }
    for (const entry of claim.past) this.remember(entry, opened.stat);
    const { name } = claim.present ?? claim.past[0]!;
    const generation = registry.create({ path: place.path, lane, ...opened, name });
    if (claim.present === undefined) generation.skipsHole = true;
    else generation.seek(claim.present.offset, claim.present.flushed);
    this.#begin(generation, lane);
    return true;
  }

  #begin(generation: TrackedGeneration, lane: Lane): void {
    const { now, ready } = this.#options;
    if (generation.path !== generation.file) generation.retiredAt = now();
    // At the first scan backups are history; but an empty file may be filled, copied and truncated before the next look.
    generation.isIntroduced = generation.offset > 0 || (this.#isFirstScan && generation.size > 0);
    lane.add(generation);
    for (const other of lane.generations) ready(other);
  }

  /** The file that was found at a place, unless it has left it meanwhile. */
  #open({ path, stat: { key } }: Place): { fd: number; stat: FileStat } | undefined {
    const fd = this.#options.opener.open(path);
    if (fd === undefined) return undefined;
    if (fd !== "gone") {
      const stat = statDescriptor(fd);
      if (stat.key === key) return { fd, stat };
      closeSync(fd);
    }
    this.#options.outdated();
    return undefined;
  }
}
