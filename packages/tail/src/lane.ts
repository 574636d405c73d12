import { basename } from "node:path";
import { compareBackupNames } from "./backups.ts";
import { type Candidate, judge, measure } from "./copies.ts";
import type { TrackedGeneration } from "./generation.ts";
import { statDescriptor } from "./identity.ts";

/** For how long a generation that was not begun yet waits for the judgement of what may be its predecessor. */
const longestJudgement = 1000;

/** What a lane asks of the inventory that owns the descriptors. */
export interface LaneHost {
  /** The new generation on the same descriptor, for what the file holds after a truncation. */
  restart(truncated: TrackedGeneration): TrackedGeneration;
  /** The generation that a candidate is, which was never seen before. */
  adopt(candidate: Candidate): TrackedGeneration;
  /** The candidate is a copy and its use is over: to be remembered and closed. */
  dismiss(candidate: Candidate): void;
  /** The truncated generation goes on in the copy, or has nothing left. */
  recover(truncated: TrackedGeneration, copy: Candidate | undefined): void;
}

/** The generations of one path, oldest first. */
export class Lane {
  readonly path: string;
  /** The source that its generations belong to. */
  source: number;
  /** Those that are not over. */
  generations: TrackedGeneration[] = [];
  candidates: Candidate[] = [];
  /** A read found something else than before in one of its files. */
  isSuspect = false;
  /** Truncated ones whose end is not known yet. */
  readonly #unresolved = new Set<TrackedGeneration>();

  constructor(path: string, source: number) {
    this.path = path;
    this.source = source;
  }

  /** A successor is not begun before its predecessors reached their end once. */
  mayStart(generation: TrackedGeneration, now: number): boolean {
    if (generation.started) return true;
    for (const earlier of this.generations) {
      if (earlier === generation) break;
      if (!earlier.caughtUp) return false;
    }
    return !this.candidates.some((candidate) => candidate.size > 0 && isYoung(candidate, now));
  }

  /** Adds a generation, by its age. */
  add(generation: TrackedGeneration): void {
    this.#expectEnd();
    this.#insert(generation, this.#ageOf(generation));
    if (generation.phase === "truncated") this.#unresolved.add(generation);
  }

  /** Takes back a generation that was over and has woken. */
  readmit(generation: TrackedGeneration): void {
    this.generations.unshift(generation);
  }

  remove(generation: TrackedGeneration): void {
    this.generations = this.generations.filter((other) => other !== generation);
  }

  /** Something is to be found out: what a new file is, or what became of a generation. */
  get needsSettling(): boolean {
    return this.isSuspect || this.candidates.length > 0 || this.#unresolved.size > 0;
  }

  /** Another look is needed soon. */
  isUndecided(now: number): boolean {
    return this.isSuspect || this.#unresolved.size > 0 || this.candidates.some((candidate) => isYoung(candidate, now));
  }

  /**
   * Finds truncations, judges the candidates against what was and what is, and gives each truncated generation its
   * end. The candidates must come from a listing that is younger than every truncation: a copy is made just before.
   * @returns false when a truncation was found: the directory is to be listed again before the rest can be known
   * Throws the system's error.
   */
  settle(now: number, host: LaneHost): boolean {
    this.isSuspect = false;
    for (const candidate of this.candidates) measure(candidate, now);
    if (this.#findTruncated(host)) return false;
    this.#judgeAll(host);
    if (this.#findTruncated(host)) return false;
    for (const generation of this.#unresolved) this.#resolve(generation, host);
    this.#unresolved.clear();
    return true;
  }

  /** Lets go of copies that have nothing left to give. */
  expire(now: number, grace: number, host: LaneHost): void {
    this.candidates = this.candidates.filter((candidate) => {
      const { copyOf, size, grownAt } = candidate;
      if (copyOf === undefined || copyOf.offset < size || now - grownAt < grace) return true;
      host.dismiss(candidate);
      return false;
    });
  }

  #findTruncated(host: LaneHost): boolean {
    const truncated = this.generations.filter(isTruncatedNow);
    for (const generation of truncated) {
      this.#expectEnd();
      this.generations.splice(this.generations.indexOf(generation) + 1, 0, host.restart(generation));
      this.#unresolved.add(generation);
    }
    return truncated.length > 0;
  }

  /** What was written to predecessors until now comes before their successor. */
  #expectEnd(): void {
    for (const generation of this.generations) generation.caughtUp = false;
  }

  /** The longest copy completes the generation. */
  #resolve(generation: TrackedGeneration, host: LaneHost): void {
    const copies = this.candidates.filter(({ copyOf }) => copyOf === generation);
    const copy = copies.sort((left, right) => right.size - left.size)[0];
    for (const other of copies) if (other !== copy) host.dismiss(other);
    this.candidates = this.candidates.filter((candidate) => !copies.includes(candidate));
    host.recover(generation, copy);
    if (copy === undefined || generation.started) return;
    // Files that were adopted after its truncation may be older than what it held.
    this.remove(generation);
    this.#insert(generation, ageOfCandidate(copy));
  }

  /** Puts a generation before those that are younger and were not begun. */
  #insert(generation: TrackedGeneration, age: Age): void {
    const at = this.generations.findIndex(
      (other) => !other.started && other.isResolved && compareAge(age, this.#ageOf(other)) < 0,
    );
    this.generations.splice(at === -1 ? this.generations.length : at, 0, generation);
  }

  #ageOf({ path, fd, stat, phase }: TrackedGeneration): Age {
    const { modified } = fd === undefined ? stat : statDescriptor(fd);
    return { path, isCurrent: phase === "live" && path === this.path, modified, born: stat.born };
  }

  #judgeAll(host: LaneHost): void {
    const undecided = this.candidates
      .filter(({ copyOf }) => copyOf === undefined)
      .sort((left, right) => compareAge(ageOfCandidate(left), ageOfCandidate(right)));
    for (const candidate of undecided) {
      // What a generation was comes before what its file holds now.
      const verdict = judge(candidate, [
        ...this.#unresolved,
        ...this.generations.filter(({ phase }) => phase === "live"),
      ]);
      if (verdict.is === "copy") candidate.copyOf = verdict.of;
      if (verdict.is !== "unseen") continue;
      // The verdict stands only if no truncation came while the candidate was read.
      if (this.generations.some(isTruncatedNow)) return;
      this.candidates = this.candidates.filter((other) => other !== candidate);
      this.add(host.adopt(candidate));
    }
  }
}

/** What tells the age of a file's contents. Paths are those of one scan, which finds all files as they stood at one moment; one that it did not find has none. */
interface Age {
  readonly path: string | undefined;
  /** It stands where the application writes. */
  readonly isCurrent: boolean;
  /** Nanoseconds. */
  readonly modified: bigint;
  readonly born: bigint;
}

function ageOfCandidate({ path, isInPlace, stat: { modified, born } }: Candidate): Age {
  return { path: isInPlace ? path : undefined, isCurrent: false, modified, born };
}

/** It is not judged yet, and worth waiting for. */
function isYoung({ copyOf, noticedAt }: Candidate, now: number): boolean {
  return copyOf === undefined && now - noticedAt < longestJudgement;
}

/**
 * Oldest first. The last change tells most: a copy is born after its original, whose later contents are younger still.
 * Within one tick of the kernel's clock the numbers and dates of names tell.
 */
function compareAge(left: Age, right: Age): number {
  if (left.isCurrent !== right.isCurrent) return left.isCurrent ? 1 : -1;
  if (left.modified !== right.modified) return left.modified < right.modified ? -1 : 1;
  // What has no name any more was removed by rotation, which begins with the oldest.
  if (left.path === undefined || right.path === undefined) {
    if (left.path !== right.path) return left.path === undefined ? -1 : 1;
  } else {
    const byName = compareBackupNames(basename(left.path), basename(right.path));
    if (byName !== 0) return byName;
  }
  return left.born < right.born ? -1 : left.born > right.born ? 1 : 0;
}

function isTruncatedNow(generation: TrackedGeneration): boolean {
  return generation.phase === "live" && !generation.isIntact();
}
