import { closeSync, fstatSync, statSync } from "node:fs";
import { settleTime } from "./directories.ts";
import { type Framing, framingOf, markedEncoding } from "./framing.ts";
import { emptyPrefix, type FileStat, markerLength, type Prefix, prefixLength, readRange } from "./identity.ts";
import { Marker } from "./marker.ts";
import { systemPath } from "./names.ts";
import type { Generation, Position } from "./types.ts";

export const nothing: Buffer = Buffer.alloc(0);

/** Bytes of the longest byte order mark. */
const longestMark = 3;

/** Where a generation stands in its life. */
export type Phase =
  /** Read from its own file. */
  | "live"
  /** Its file was truncated: what is left of it is the rest of a copy, or nothing. */
  | "truncated"
  /** The consumer was told that it is over; its file still exists, and may come back or grow. */
  | "resting"
  /** Over for good. */
  | "ended";

export interface GenerationInit {
  readonly id: number;
  readonly source: number;
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly stat: FileStat;
  readonly fd: number | undefined;
  /** Canonical name of the encoding that the source declares. */
  readonly encoding: string;
  readonly partialFlush: number;
  readonly now: number;
}

/** The state of one generation. The follower's parts share it; only `reader.ts` moves the offset. */
export class TrackedGeneration implements Generation {
  readonly id: number;
  readonly name: string;
  readonly file: string;
  readonly stat: FileStat;
  encoding: string;
  source: number;
  partialFlush: number;
  framing: Framing;

  /** Where the file was last seen; undefined when it has no name in the directories that are looked at. */
  path: string | undefined;
  /** Its path is one of those that the sources ask for. */
  wanted = true;
  /** No source asks for it any more: it is over at the end of the file. */
  dropped = false;
  /** Monotonic time since when the file is not at the path it belongs to. */
  retiredAt: number | undefined;
  phase: Phase = "live";
  /** Undefined: closed to save descriptors, or nothing to read any more. */
  fd: number | undefined;

  /** End of what was read. */
  offset = 0;
  /** The last bytes before `offset`. */
  readonly marker = new Marker();
  prefix: Prefix = emptyPrefix;
  /** Bytes read and not delivered: the beginning of a line. */
  tail: Buffer = nothing;
  /** A piece of the present line was delivered. */
  midLine = false;
  /** The last line was delivered without its line end, which may still come. */
  flushed = false;
  /** Made by a truncation: zero bytes at its start are the hole of a writer that kept its offset. */
  skipsHole = false;
  /** It reached the end of the file once, so that its successor may start. */
  caughtUp = false;
  started = false;
  /** Its beginning was seen before the directory was last listed: no predecessor can be missing. */
  isIntroduced = false;
  /** False: it was truncated, and whether a copy holds the rest is not known yet. */
  isResolved = true;
  /** A read is under way. */
  isReading = false;
  lastGrowth: number;
  committed: Position = { offset: 0, marker: nothing, flushed: false };

  /** Size and time stamps at the last look. */
  size: number;
  /** Size when it was last known to hold what was read of it: what is beyond the offset can be lost. */
  confirmed: number;
  #modified = -1;
  #changed = -1;
  #lookedAt = 0;

  constructor(init: GenerationInit) {
    this.id = init.id;
    this.source = init.source;
    this.name = init.name;
    this.file = init.file;
    this.path = init.path;
    this.stat = init.stat;
    this.fd = init.fd;
    this.size = init.stat.size;
    this.confirmed = init.stat.size;
    this.encoding = init.encoding;
    this.framing = framingOf(init.encoding);
    this.partialFlush = init.partialFlush;
    this.lastGrowth = init.now;
  }

  /** Offset up to which the consumer was given everything. */
  get delivered(): number {
    return this.offset - this.tail.length;
  }

  get unread(): number {
    return this.phase === "ended" ? 0 : Math.max(0, this.size - this.offset) + this.tail.length;
  }

  /** Closing it loses nothing: it is at its end, in its place, and can be opened again. */
  get canClose(): boolean {
    return (
      this.fd !== undefined &&
      this.phase === "live" &&
      this.path !== undefined &&
      this.retiredAt === undefined &&
      this.caughtUp &&
      !this.isPartial &&
      !this.isReading &&
      this.size === this.offset
    );
  }

  /** There are bytes that wait for the end of their line. */
  get isPartial(): boolean {
    return this.tail.length > 0 || this.midLine;
  }

  /** Looks at size and time stamps. True when they are not what they were. Throws the system's error. */
  glance(): boolean {
    if (this.fd === undefined && this.path === undefined) return false;
    const stat = this.fd === undefined ? statSync(systemPath(this.path!)) : fstatSync(this.fd);
    if (stat.size === this.size && stat.mtimeMs === this.#modified && stat.ctimeMs === this.#changed) return false;
    this.size = stat.size;
    this.#modified = stat.mtimeMs;
    this.#changed = stat.ctimeMs;
    return true;
  }

  /**
   * True when the file may hold something else than before: size or stamps have changed, or the stamp is so young that
   * it proves nothing. Throws the system's error.
   */
  look(): boolean {
    const isSettled = this.#lookedAt - Math.max(this.#modified, this.#changed) > settleTime;
    if (!this.glance() && isSettled) return this.fd !== undefined && this.size !== this.offset;
    this.#lookedAt = Date.now();
    // The new bytes may be those of a rewrite, which were never lost.
    if (this.size > Math.max(this.offset, this.confirmed) && this.#startOfSame(this.size)) this.confirmed = this.size;
    return this.fd !== undefined || this.path !== undefined;
  }

  /**
   * Whether the file still holds what was read: not shorter, same start, same bytes before the offset. Takes in
   * the start of a file that has grown. Throws the system's error.
   */
  isIntact(): boolean {
    if (this.fd === undefined) return true;
    const size = fstatSync(this.fd).size;
    const start = this.#startOfSame(size);
    if (start === undefined) return false;
    this.size = size;
    this.confirmed = size;
    this.takePrefix(start);
    return true;
  }

  /** The first bytes of the file, when it has this size and holds what was read of it. Throws the system's error. */
  #startOfSame(size: number): Buffer | undefined {
    if (this.fd === undefined || size < this.offset || size < this.prefix.length) return undefined;
    const start = readRange(this.fd, 0, Math.min(prefixLength, size));
    if (this.prefix.agrees(start) !== true) return undefined;
    return this.marker.isBefore(this.fd, this.offset) ? start : undefined;
  }

  /** Sets the place from which to read on, with what the file holds around it. Throws the system's error. */
  seek(offset: number, flushed: boolean): void {
    const before = readRange(this.fd!, Math.max(0, offset - markerLength), Math.min(markerLength, offset));
    this.marker.take(before, 0, before.length);
    this.offset = offset;
    this.flushed = flushed;
    this.takePrefix(readRange(this.fd!, 0, Math.min(prefixLength, this.size)));
    this.committed = { offset, marker: before, flushed };
  }

  /** Takes in the file's first bytes. */
  takePrefix(start: Buffer): void {
    if (this.prefix.length < longestMark) {
      this.encoding = markedEncoding(start) ?? this.encoding;
      this.framing = framingOf(this.encoding);
    }
    this.prefix = this.prefix.grown(start);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
