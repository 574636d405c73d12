import type { TrackedGeneration } from "./generation.ts";
import { clockSlack, type FileStat, Prefix, prefixLength, readRange } from "./identity.ts";
import type { Checkpoint, CheckpointEntry } from "./types.ts";

/** What a checkpoint says about one file. */
export interface Claim {
  /** The file still holds what was read. */
  readonly present: CheckpointEntry | undefined;
  /** What was read from the inode before it was truncated. */
  readonly past: readonly CheckpointEntry[];
  /** It is the copy of a file that was read. */
  readonly isCopy: boolean;
}

/** Entries of the last run's checkpoint that no file has claimed yet. */
export class Resumption {
  readonly #entries = new Map<string, CheckpointEntry[]>();
  readonly #savedAt: bigint | undefined;

  constructor(checkpoint: Checkpoint | undefined) {
    this.#savedAt = checkpoint && BigInt(Math.floor(checkpoint.savedAt - clockSlack)) * 1_000_000n;
    for (const entry of checkpoint?.entries ?? []) {
      const key = `${entry.device}:${entry.inode}`;
      this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
    }
  }

  /** There is a last run to go on from. */
  get isPresent(): boolean {
    return this.#savedAt !== undefined;
  }

  /** Some entry was not claimed yet. */
  get isPending(): boolean {
    return this.#entries.size > 0;
  }

  /** Born or written after the last run: without a checkpoint, nothing is. */
  isNewer(stat: FileStat): boolean {
    return this.#savedAt !== undefined && (stat.born >= this.#savedAt || stat.modified >= this.#savedAt);
  }

  /** The path that a file belonged to in the last run. Its identity is not proven by that. */
  fileOf(stat: FileStat): string | undefined {
    return this.#entries.get(stat.key)?.find(({ born }) => born === String(stat.born))?.file;
  }

  /** Takes the entries of files that were not found: copies of them may have been. */
  takeUnclaimed(): CheckpointEntry[] {
    const entries = [...this.#entries.values()].flat().filter(({ kind }) => kind === "read");
    this.#entries.clear();
    return entries;
  }

  /** Takes the entries of an open file, if all of the identity fits. Throws the system's error. */
  claim(fd: number, stat: FileStat): Claim | undefined {
    const entries = this.#entries.get(stat.key)?.filter(({ born }) => born === String(stat.born)) ?? [];
    this.#entries.delete(stat.key);
    if (entries.length === 0) return undefined;
    const start = readRange(fd, 0, prefixLength);
    const present = entries.findLast((entry) => fits(entry, fd, stat.size, start));
    const past = entries.filter((entry) => entry !== present && entry.kind === "read");
    if (present?.kind === "copy") return { present: undefined, past: [], isCopy: true };
    return { present, past, isCopy: false };
  }
}

/** Sets a generation to what was read before its file was truncated. */
export function restorePast(generation: TrackedGeneration, entry: CheckpointEntry): void {
  const marker = Buffer.from(entry.marker, "base64");
  generation.phase = "truncated";
  generation.isResolved = false;
  generation.started = true;
  generation.offset = entry.offset;
  generation.size = entry.offset;
  generation.confirmed = entry.offset;
  generation.flushed = entry.flushed;
  generation.marker.take(marker, 0, marker.length);
  generation.prefix = new Prefix({ length: entry.prefixLength, hash: entry.prefixHash });
  generation.committed = { offset: entry.offset, marker, flushed: entry.flushed };
}

/** What an entry knows of a file that is not there. */
export function statOfEntry({ device, inode, born, offset }: CheckpointEntry): FileStat {
  return {
    key: `${device}:${inode}`,
    device,
    inode,
    born: BigInt(born),
    size: offset,
    modified: 0n,
    links: 0,
    isFile: true,
    isDirectory: false,
    mode: 0,
    owner: 0,
  };
}

function fits(entry: CheckpointEntry, fd: number, size: number, start: Buffer): boolean {
  if (size < entry.offset || size < entry.prefixLength) return false;
  if (new Prefix({ length: entry.prefixLength, hash: entry.prefixHash }).agrees(start) !== true) return false;
  const marker = Buffer.from(entry.marker, "base64");
  return marker.equals(readRange(fd, entry.offset - marker.length, marker.length));
}
