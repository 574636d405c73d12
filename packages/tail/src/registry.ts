import { basename } from "node:path";
import { TrackedGeneration } from "./generation.ts";
import { emptyPrefix, type FileStat, Prefix, prefixLength, readRange, statDescriptor } from "./identity.ts";
import { Lane } from "./lane.ts";
import type { SourceSpec } from "./types.ts";

/** A file that must not be read: a backup from before our time, or the copy of what was read itself. */
export interface Ignored {
  readonly stat: FileStat;
  readonly path: string;
  readonly as: "history" | "copy";
  /** Its start, for a copy. */
  readonly prefix: Prefix;
  /** The generation that the copy completes: as long as that is not committed, a restart needs the copy again. */
  readonly completes: TrackedGeneration | undefined;
}

/** What a new generation is made of. */
export interface Origin {
  readonly path: string;
  readonly lane: Lane;
  readonly stat: FileStat;
  readonly fd: number | undefined;
  /** Default: the source's name, or the base name of the lane's path. */
  readonly name?: string;
}

/** At most so many files that are over and cannot be seen any more are remembered, in case they come back. */
const mostAbsent = 1000;
const defaultPartialFlush = 1000;

/** All generations, by inode and by path, and the files that must not become one. */
export class Registry {
  sources: readonly SourceSpec[];
  readonly lanes = new Map<string, Lane>();
  /** By device and inode: the latest generation of each. */
  readonly byInode = new Map<string, TrackedGeneration>();
  readonly ignored = new Map<string, Ignored>();
  readonly #now: () => number;
  #nextId = 1;

  constructor(sources: readonly SourceSpec[], now: () => number) {
    this.sources = sources;
    this.#now = now;
  }

  /** Every generation that is not forgotten. */
  *all(): Generator<TrackedGeneration> {
    for (const lane of this.lanes.values()) yield* lane.generations;
    for (const generation of this.byInode.values()) if (generation.phase === "resting") yield generation;
  }

  /**
   * Takes other sources. Those that nothing is asked for any more, but that still have files, come behind them.
   * @returns the earlier indices of the latter, in their order
   */
  reassign(sources: readonly SourceSpec[], sourceOf: (path: string) => number | undefined): readonly number[] {
    const draining: number[] = [];
    const moved = (file: string, earlier: number) => {
      const source = sourceOf(file);
      if (source !== undefined) return source;
      if (!draining.includes(earlier)) draining.push(earlier);
      return sources.length + draining.indexOf(earlier);
    };
    for (const lane of this.lanes.values()) lane.source = moved(lane.path, lane.source);
    for (const generation of this.all()) generation.source = moved(generation.file, generation.source);
    this.sources = [...sources, ...draining.map((earlier) => ({ ...this.sources[earlier], files: [] }))];
    return draining;
  }

  lane(path: string, source: number): Lane {
    const known = this.lanes.get(path);
    if (known !== undefined) return known;
    const lane = new Lane(path, source);
    this.lanes.set(path, lane);
    return lane;
  }

  laneOf(generation: TrackedGeneration): Lane {
    return this.lane(generation.file, generation.source);
  }

  /** A new generation of the file; it is not in its lane yet. */
  create(origin: Origin): TrackedGeneration {
    const generation = this.past(origin);
    this.byInode.set(origin.stat.key, generation);
    return generation;
  }

  /** A generation that its file does not hold any more; it is not in its lane yet. */
  past({ path, lane, stat, fd, name }: Origin): TrackedGeneration {
    const spec = this.sources[lane.source];
    return new TrackedGeneration({
      id: this.#nextId++,
      source: lane.source,
      name: name ?? spec?.name ?? basename(lane.path),
      file: lane.path,
      path,
      stat,
      fd,
      encoding: new TextDecoder(spec?.encoding).encoding,
      partialFlush: spec?.partialFlush ?? defaultPartialFlush,
      now: this.#now(),
    });
  }

  /** The generation that this file is, if it is known. An inode number that was used again is another file. */
  find(stat: FileStat): TrackedGeneration | undefined {
    const known = this.byInode.get(stat.key);
    if (known === undefined || known.stat.born === stat.born) return known;
    if (known.phase === "resting") this.byInode.delete(stat.key);
    return undefined;
  }

  isIgnored(stat: FileStat, as?: Ignored["as"]): boolean {
    const known = this.ignored.get(stat.key);
    return known !== undefined && known.stat.born === stat.born && (as === undefined || known.as === as);
  }

  ignoreHistory(path: string, stat: FileStat): void {
    this.ignored.set(stat.key, { path, stat, as: "history", prefix: emptyPrefix, completes: undefined });
  }

  /** Throws the system's error. */
  ignoreCopy(path: string, fd: number, completes?: TrackedGeneration): void {
    const stat = statDescriptor(fd);
    const prefix = new Prefix(readRange(fd, 0, Math.min(prefixLength, stat.size)));
    this.ignored.set(stat.key, { path, stat, as: "copy", prefix, completes });
  }

  /** Copies that a restart must not take for new files. */
  *copies(): Generator<Ignored> {
    for (const copy of this.ignored.values()) {
      const isNeeded = copy.completes !== undefined && copy.completes.committed.offset < copy.completes.size;
      if (copy.as === "copy" && !isNeeded) yield copy;
    }
  }

  /** The consumer was told that it is over. Its file is remembered while it has a name. */
  retire(generation: TrackedGeneration): void {
    const isOwn = generation.phase === "live" && this.byInode.get(generation.stat.key) === generation;
    const { fd, path } = generation;
    const hasName = isOwn && (fd === undefined ? path !== undefined : statDescriptor(fd).links > 0);
    generation.close();
    this.laneOf(generation).remove(generation);
    generation.phase = hasName ? "resting" : "ended";
    if (isOwn && !hasName) this.byInode.delete(generation.stat.key);
    if (hasName && path === undefined) this.#forgetAbsent();
  }

  /** Closes the generation that has been idle for longest, to save a descriptor. False: none can be spared. */
  closeIdle(): boolean {
    let idle: TrackedGeneration | undefined;
    for (const generation of this.byInode.values()) {
      if (generation.canClose && (idle === undefined || generation.lastGrowth < idle.lastGrowth)) idle = generation;
    }
    idle?.close();
    return idle !== undefined;
  }

  #forgetAbsent(): void {
    const absent = [...this.byInode.values()].filter(({ phase, path }) => phase === "resting" && path === undefined);
    for (const generation of absent.slice(0, -mostAbsent)) this.byInode.delete(generation.stat.key);
  }
}
