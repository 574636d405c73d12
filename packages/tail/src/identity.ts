import { type BigIntStats, fstatSync, lstatSync, readSync, statSync } from "node:fs";
import { systemPath } from "./names.ts";

/** Bytes at the start of a file that belong to its identity. */
export const prefixLength = 1024;
/** Bytes before the offset that belong to its identity. */
export const markerLength = 64;
/** Fewer equal bytes than this prove nothing. */
export const leastInCommon = 16;

/** Milliseconds by which the kernel's clock, which stamps files, may be behind ours. */
export const clockSlack = 20;

/** What a file system says about a file. */
export interface FileStat {
  /** Device and inode. Inode numbers are used again, so this alone never identifies a file. */
  readonly key: string;
  readonly device: string;
  readonly inode: string;
  /** Nanoseconds since the epoch; 0 where the file system does not keep it. */
  readonly born: bigint;
  readonly size: number;
  readonly modified: bigint;
  readonly links: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly mode: number;
  readonly owner: number;
}

/** Follows links. Throws the system's error. */
export function statPath(path: string): FileStat {
  return fileStat(statSync(systemPath(path), { bigint: true }));
}

/** Whether anything has this name, be it a link that leads nowhere. */
export function exists(path: string): boolean {
  try {
    lstatSync(systemPath(path));
    return true;
  } catch {
    return false;
  }
}

export function statDescriptor(fd: number): FileStat {
  return fileStat(fstatSync(fd, { bigint: true }));
}

export function fileStat(stats: BigIntStats): FileStat {
  return {
    key: `${stats.dev}:${stats.ino}`,
    device: String(stats.dev),
    inode: String(stats.ino),
    born: stats.birthtimeNs,
    size: Number(stats.size),
    modified: stats.mtimeNs,
    links: Number(stats.nlink),
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    mode: Number(stats.mode),
    owner: Number(stats.uid),
  };
}

/** Up to `length` bytes of an open file; fewer at its end. */
export function readRange(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(length, 0));
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** The known start of a file: its bytes, or after a restart only their number and hash. */
export class Prefix {
  readonly length: number;
  readonly #bytes: Buffer | undefined;
  #hash: string | undefined;

  constructor(known: Buffer | { readonly length: number; readonly hash: string }) {
    this.length = known.length;
    this.#bytes = Buffer.isBuffer(known) ? known : undefined;
    this.#hash = Buffer.isBuffer(known) ? undefined : known.hash;
  }

  get hash(): string {
    this.#hash ??= hashOf(this.#bytes!);
    return this.#hash;
  }

  /**
   * Whether a file that starts with `start` can be this one or a copy of it, as far as both reach.
   * Undefined: `start` is shorter than what was hashed, so nothing can be said.
   */
  agrees(start: Buffer): boolean | undefined {
    if (this.#bytes === undefined) {
      return start.length < this.length ? undefined : hashOf(start.subarray(0, this.length)) === this.#hash;
    }
    const common = Math.min(start.length, this.length);
    return this.#bytes.compare(start, 0, common, 0, common) === 0;
  }

  /** The first bytes, when they are known and not only their hash. */
  get bytes(): Buffer | undefined {
    return this.#bytes;
  }

  /** The same start, seen further; `start` must agree. */
  grown(start: Buffer): Prefix {
    if (start.length <= this.length || this.length === prefixLength) return this;
    return new Prefix(Buffer.from(start.subarray(0, prefixLength)));
  }
}

export const emptyPrefix = new Prefix(Buffer.alloc(0));

function hashOf(bytes: Buffer): string {
  // Only checkpoints need hashes; loading this module takes every tool that reads files 6 ms of CPU.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(bytes).digest("base64");
}
