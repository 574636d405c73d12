import type { Log } from "@outrigger/runtime/log";

/** One entry of `sources`: which files to read, and how they are cut into lines. */
export interface SourceSpec {
  /** Label of every file of this source; default: each file's base name. */
  readonly name?: string | undefined;
  /** Literal paths and globs (`*`, `?`, `**`, `[]`, `{a,b}`); relative ones start at the working directory. */
  readonly files: readonly string[];
  /** Globs against the absolute path; they win over `files`. */
  readonly exclude?: readonly string[];
  /** Where to begin in files that the first scan finds and no checkpoint knows. Default `beginning`. */
  readonly start?: "beginning" | "end";
  /** WHATWG label; only decides what a line end is (UTF-16 or a byte 0x0A). A byte order mark wins. Default `utf-8`. */
  readonly encoding?: string;
  /** Milliseconds without growth after which an unterminated last line is delivered. Default 1000. */
  readonly partialFlush?: number;
}

/** One inode's life between two truncations, under the labels with which it was first seen. */
export interface Generation {
  /** Unique within the follower, ascending. */
  readonly id: number;
  /** Index of the source in `sources`, or what `Follower.reload` made of it. */
  readonly source: number;
  /** The source's name, or the base name of `file`. */
  readonly name: string;
  /** Absolute path that this generation belongs to: `/logs/app.log`, also after it became `app.log.1`. */
  readonly file: string;
  /** Canonical name of its encoding: the byte order mark's, or the source's. */
  readonly encoding: string;
}

/** A place in a generation up to which everything has been dealt with. */
export interface Position {
  readonly offset: number;
  /** The bytes just before `offset` (up to 64): part of the identity after a restart. */
  readonly marker: Buffer;
  /** The line before `offset` was delivered without its line end. */
  readonly flushed: boolean;
}

/** Bytes of one generation: whole lines, or a piece of a line that is longer than the read buffer. */
export interface Chunk {
  /** Belongs to the follower again when `data` has returned or its promise has resolved, unless `keep` was called. */
  readonly bytes: Buffer;
  /** False: the last line goes on in the next chunk (or is ended by `flush` or `end`). */
  readonly complete: boolean;
  /** Keeps `bytes` untouched until the returned function is called. */
  keep(): () => void;
  /** The place behind the first `length` bytes (default: all), to be given to `Consumer.committed` later. */
  position(length?: number): Position;
}

/** Takes what the follower reads. Calls never overlap; a returned promise stops all reading until it resolves. */
export interface Consumer {
  /**
   * True: when a line does not fit into one chunk, no other generation is read until it has ended.
   * For consumers that pass the pieces on to one common stream.
   */
  readonly exclusiveLines?: boolean;
  data(generation: Generation, chunk: Chunk): void | Promise<void>;
  /** The line in progress ends at `position` although its line end is missing (`partialFlush`). */
  flush(generation: Generation, position: Position): void | Promise<void>;
  /**
   * This generation's life is over at `position`: a line or record in progress ends, state may be dropped. It may be
   * called for a generation without data, and more may follow after all when a closed file grows again.
   */
  end(generation: Generation, position: Position): void | Promise<void>;
}

/** Counted by the follower, per source, as they happen. */
export interface TailEvents {
  read?(source: number, bytes: number): void;
  rotated?(source: number): void;
  truncated?(source: number): void;
  lost?(source: number, bytes: number): void;
  partialFlush?(source: number): void;
}

export interface FollowOptions {
  readonly sources: readonly SourceSpec[];
  readonly consumer: Consumer;
  readonly log: Log;
  /** Default `auto`: inotify, and polling where it does not work. */
  readonly watch?: "auto" | "inotify" | "poll";
  /** Milliseconds between two reconcile passes. Default 1000. */
  readonly pollInterval?: number;
  /** Milliseconds without growth for which a renamed or deleted file is still read. Default 5000. */
  readonly rotateGrace?: number;
  /** Nothing is looked for or read before this resolves, and nothing ever is when it rejects. Default: at once. */
  readonly after?: Promise<unknown>;
  /** Read what is there to its end; no watches, no further passes; then `finished` resolves. */
  readonly once?: boolean;
  /** Offsets of an earlier run. */
  readonly resume?: Checkpoint | undefined;
  readonly events?: TailEvents;
}

/** What a generation was at the last commit. Plain data: `JSON.stringify` and back. */
export interface CheckpointEntry {
  readonly path: string;
  readonly file: string;
  readonly name: string;
  /** `copy`: the copy of a generation that was read itself; it must never be read. */
  readonly kind: "read" | "copy";
  readonly device: string;
  readonly inode: string;
  /** Nanoseconds since the epoch, "0" where the file system has none. */
  readonly born: string;
  readonly prefixLength: number;
  readonly prefixHash: string;
  readonly offset: number;
  /** Base64. */
  readonly marker: string;
  readonly flushed: boolean;
}

export interface Checkpoint {
  readonly version: 1;
  /** When the last scan before it began, in milliseconds since the epoch: files that are younger were not seen. */
  readonly savedAt: number;
  readonly entries: readonly CheckpointEntry[];
}

/** A file that a drain could not finish in time. */
export interface Unread {
  readonly file: string;
  readonly bytes: number;
}

export interface Follower {
  /** The first scan is done. */
  readonly ready: Promise<void>;
  /** With `once`: everything present was read and delivered. Otherwise after `close` or `drain`. Rejects when the consumer throws. */
  readonly finished: Promise<void>;
  /**
   * Scans again, reads everything to its end, ends every generation, and closes.
   * @param options.timeout milliseconds after which reading stops; the result then names the unread bytes
   * @param options.quiet milliseconds without growth to wait for before the end (default 0)
   */
  drain(options: { timeout: number; quiet?: number }): Promise<Unread[]>;
  /** Stops at once: nothing more is delivered. Idempotent. */
  close(): Promise<void>;
  /**
   * Other sources from now on: generations whose files still match go on, the others are read to their end and closed.
   * @returns indices of those earlier sources that the latter belong to; they come behind the new ones, in this order
   */
  reload(sources: readonly SourceSpec[]): readonly number[];
  /** The consumer has dealt with everything before this position. */
  committed(generation: Generation, position: Position): void;
  /** The committed positions of all generations. */
  checkpoint(): Checkpoint;
  /** Every file known is at its end now. */
  atEnd(): boolean;
  stats(): TailStats;
}

export interface TailStats {
  readonly openFiles: number;
  /** Unread bytes by source; the beginning of a line that is not complete is among them. */
  readonly lag: readonly number[];
  /** How far each file was read, in bytes; of several generations of one path, the newest. */
  readonly read: ReadonlyMap<string, number>;
}
