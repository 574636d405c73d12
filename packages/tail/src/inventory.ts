import { basename } from "node:path";
import type { Log } from "@outrigger/runtime/log";
import { isCompressed } from "./backups.ts";
import { closeCandidate } from "./copies.ts";
import { Disturbance } from "./disturbance.ts";
import type { TrackedGeneration } from "./generation.ts";
import { Intake } from "./intake.ts";
import { KnownFiles } from "./known-files.ts";
import type { Lane } from "./lane.ts";
import { Locations } from "./locations.ts";
import { Opener } from "./opening.ts";
import type { Place } from "./places.ts";
import { Registry } from "./registry.ts";
import { Resumption } from "./resumption.ts";
import { Survey } from "./survey.ts";
import { Transitions } from "./transitions.ts";
import type { Checkpoint, SourceSpec, TailEvents } from "./types.ts";

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
  /** What the last scan has found. */
  readonly known: KnownFiles;
  readonly #options: InventoryOptions;
  readonly #survey: Survey;
  readonly #intake: Intake;
  readonly #locations = new Locations();
  readonly #opener: Opener;
  readonly #resumption: Resumption;
  readonly #transitions: Transitions;
  readonly #disturbance: Disturbance;
  /** Files were renamed while they were looked at, or between the look and the opening, or truncated. */
  #isOutdated = false;
  /** Some file could not be opened. */
  #isIncomplete = false;
  #scannedAt = 0;
  #scans = 0;

  /** Throws GlobError. */
  constructor(options: InventoryOptions) {
    const { sources, log, resume, now } = options;
    this.#options = options;
    this.registry = new Registry(sources, now);
    this.#resumption = new Resumption(resume);
    this.#opener = new Opener(log, () => this.registry.closeIdle());
    const shared = { ...options, registry: this.registry, resumption: this.#resumption, opener: this.#opener };
    this.#survey = new Survey({ ...shared, isReadable: (place) => this.#isReadable(place) });
    this.#intake = new Intake({
      ...shared,
      survey: this.#survey,
      outdated: () => {
        this.#isOutdated = true;
      },
    });
    this.#transitions = new Transitions(shared);
    this.#disturbance = new Disturbance(now);
    this.known = new KnownFiles({ ...shared, locations: this.#locations });
  }

  /** Every directory in which a change can matter. */
  get directories(): Set<string> {
    return this.#survey.directories;
  }

  /** When the last scan began, in milliseconds since the epoch. */
  get scannedAt(): number {
    return this.#scannedAt;
  }

  /** How many scans have found something new, or may have. */
  get scans(): number {
    return this.#scans;
  }

  /** Some new file could not be judged yet: scan again soon. */
  get isUndecided(): boolean {
    if (this.#disturbance.isOngoing && !this.#disturbance.isOverdue) return true;
    const now = this.#options.now();
    for (const lane of this.registry.lanes.values()) if (lane.isUndecided(now)) return true;
    return false;
  }

  /** Some file waits for the descriptor of another one: scan again when there is nothing to read. */
  takeShortage(): boolean {
    return this.#opener.takeShortage();
  }

  /**
   * Takes other sources: what no source asks for any more is to be read to its end and closed. Throws GlobError.
   * @returns as `Registry.reassign`
   */
  reload(sources: readonly SourceSpec[]): readonly number[] {
    this.#survey.reload(sources);
    const known = new Set(this.registry.sources.map(({ files }) => files.join("\0")));
    this.#intake.expect(new Set([...sources.keys()].filter((index) => !known.has(sources[index]!.files.join("\0")))));
    const draining = this.registry.reassign(sources, (path) => this.#survey.sourceOf(path));
    for (const generation of this.registry.all()) {
      generation.dropped = generation.source >= sources.length;
      this.#options.ready(generation);
    }
    return draining;
  }

  /**
   * Brings everything up to date with the file system.
   * @returns false when rotations came in between all the time: files may be missing that are older than those that are known
   */
  scan(): boolean {
    this.#scannedAt = Date.now();
    if (!this.#isOutdated && !this.#isIncomplete && !this.#needsSettling() && this.#survey.isUnchanged()) return true;
    let attempts = 0;
    do {
      this.#isOutdated = false;
      this.#isIncomplete = false;
      this.#scanOnce(attempts > 0);
    } while (this.#isOutdated && ++attempts < mostAttempts);
    this.#intake.endFirstScan();
    return this.#endDisturbance();
  }

  /** Names in the directory may stand for other files than at the last scan. */
  hasChanged(directory: string): boolean {
    return this.#survey.hasChanged(directory);
  }

  /**
   * Looks at the beginning of those generations that were not begun, and then for predecessors that nobody has seen yet: a
   * file may have been filled, copied and truncated since the last scan. Only the listing that follows the look is
   * complete.
   * @returns false when predecessors may still be missing: they are made ready when it is known
   */
  introduce(generations: Iterable<TrackedGeneration>): boolean {
    const seen = [...generations].filter((generation) => {
      try {
        return (
          !generation.isIntroduced &&
          generation.fd !== undefined &&
          generation.isIntact() &&
          generation.prefix.length > 0
        );
      } catch (error) {
        this.#opener.reportUnreadable(generation.file, error);
        return false;
      }
    });
    if (seen.length === 0) return true;
    if (!this.scan()) return false;
    for (const generation of seen) generation.isIntroduced = true;
    return true;
  }

  /** Finds out what happened to a file that does not hold any more what was read of it. */
  suspect(generation: TrackedGeneration): void {
    this.registry.laneOf(generation).isSuspect = true;
    this.scan();
  }

  close(): void {
    for (const lane of this.registry.lanes.values()) for (const candidate of lane.candidates) closeCandidate(candidate);
    for (const generation of this.registry.all()) generation.close();
  }

  #scanOnce(isRepeated: boolean): void {
    this.#scans++;
    const findings = this.#survey.take(isRepeated || this.#disturbance.isOngoing);
    if (!findings.isSound) this.#isOutdated = true;
    for (const generation of this.#locations.follow(this.registry, findings, this.#options.now())) {
      this.#options.events.rotated?.(generation.source);
      this.#options.ready(generation);
    }
    for (const place of findings.backups.values()) this.#attempt(place, () => this.#intake.takeBackup(place));
    for (const found of findings.wanted.values()) this.#attempt(found.place, () => this.#intake.takeWanted(found));
    for (const entry of this.#resumption.takeUnclaimed()) this.#intake.remember(entry);
    // What was renamed before it could be opened may be the very copy that a truncated file goes on in.
    if (!this.#isOutdated || this.#disturbance.isOverdue) this.#settleAll();
    this.#locations.update(this.registry.byInode.values(), this.#survey.aliases);
  }

  /** Takes note of how a scan ended. True: everything was found, or was looked for long enough. */
  #endDisturbance(): boolean {
    if (this.#isOutdated) {
      this.#disturbance.goOn();
      return this.#disturbance.isOverdue;
    }
    if (!this.#disturbance.isOngoing) return true;
    this.#disturbance.end();
    for (const lane of this.registry.lanes.values()) {
      for (const generation of lane.generations) if (!generation.started) this.#options.ready(generation);
    }
    return true;
  }

  #needsSettling(): boolean {
    for (const lane of this.registry.lanes.values()) if (lane.needsSettling) return true;
    return false;
  }

  #settleAll(): void {
    for (const lane of this.registry.lanes.values()) if (lane.needsSettling) this.#settle(lane);
  }

  #settle(lane: Lane): void {
    const now = this.#options.now();
    const host = this.#transitions.of(lane);
    try {
      if (!lane.settle(now, host)) this.#isOutdated = true;
      lane.expire(now, this.#options.rotateGrace, host);
    } catch (error) {
      this.#opener.reportUnreadable(lane.path, error);
    }
    for (const generation of lane.generations) this.#options.ready(generation);
  }

  #isReadable({ path, stat }: Place): boolean {
    if (stat.isFile && !isCompressed(basename(path))) return true;
    if (stat.isFile) this.#opener.report(path, `${path} is compressed and not read: its lines were read before`);
    else if (!stat.isDirectory) this.#opener.report(path, `${path} is not read: it is no regular file`);
    return false;
  }

  #attempt(place: Place, take: () => boolean): void {
    try {
      if (!take()) this.#isIncomplete = true;
    } catch (error) {
      this.#isIncomplete = true;
      this.#opener.reportUnreadable(place.path, error);
    }
  }
}
