import { closeSync } from "node:fs";
import type { TrackedGeneration } from "./generation.ts";
import { type FileStat, leastInCommon, markerLength, prefixLength, readRange, statDescriptor } from "./identity.ts";

/** A file that newly appeared under the name of a backup: a copy, or a generation that was never seen. */
export interface Candidate {
  /** Where it was last seen. */
  path: string;
  /** The last scan found it there. */
  isInPlace: boolean;
  readonly stat: FileStat;
  readonly fd: number;
  readonly noticedAt: number;
  /** Size at the last judgement. */
  size: number;
  grownAt: number;
  /** The generation of which it is a copy. It is held open until its use is over. */
  copyOf: TrackedGeneration | undefined;
}

export type Verdict = { readonly is: "copy"; readonly of: TrackedGeneration } | { readonly is: "unseen" | "undecided" };

/**
 * Judges a candidate against the generations of its path. The caller must have checked them for truncation just
 * before, and must check them again afterwards: otherwise the comparison was with a state that no longer holds.
 * Throws the system's error.
 */
export function judge(candidate: Candidate, generations: readonly TrackedGeneration[]): Verdict {
  const { size } = candidate;
  if (size === 0) return { is: "undecided" };
  const start = readRange(candidate.fd, 0, Math.min(prefixLength, size));
  let isUndecided = false;
  for (const generation of generations) {
    // A copy is made after its original. Generations that were renamed are older than the present one.
    if (candidate.stat.born !== 0n && candidate.stat.born < generation.stat.born) continue;
    const relation =
      generation.phase === "truncated"
        ? compareWithPast(candidate, start, generation)
        : compareWithPresent(candidate, start, generation);
    if (relation === "copy") return { is: "copy", of: generation };
    if (relation === "unknown") isUndecided = true;
  }
  return { is: isUndecided ? "undecided" : "unseen" };
}

type Relation = "copy" | "other" | "unknown";

/** The original is still there as a whole, so all bytes of the copy must be found in it. */
function compareWithPresent(candidate: Candidate, start: Buffer, original: TrackedGeneration): Relation {
  if (original.fd === undefined) return "other";
  // Measured after the candidate: a copy is never longer than what it was made from.
  if (candidate.size > statDescriptor(original.fd).size) return "other";
  if (!start.equals(readRange(original.fd, 0, start.length))) return "other";
  const length = Math.min(markerLength, candidate.size);
  const end = readRange(candidate.fd, candidate.size - length, length);
  if (!end.equals(readRange(original.fd, candidate.size - length, length))) return "other";
  return candidate.size < leastInCommon ? "unknown" : "copy";
}

/** The original is gone: there are its first bytes and those before the offset. */
function compareWithPast(candidate: Candidate, start: Buffer, original: TrackedGeneration): Relation {
  if (original.prefix.length === 0 || original.prefix.agrees(start) !== true) return "other";
  return candidate.size < original.offset || original.marker.isBefore(candidate.fd, original.offset) ? "copy" : "other";
}

/** Takes note of growth. Throws the system's error. */
export function measure(candidate: Candidate, now: number): void {
  const { size } = statDescriptor(candidate.fd);
  if (size !== candidate.size) candidate.grownAt = now;
  candidate.size = size;
}

export function closeCandidate(candidate: Candidate): void {
  closeSync(candidate.fd);
}
