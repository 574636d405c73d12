import { Bursts } from "./bursts.ts";
import { takeCheckpoint } from "./checkpoint.ts";
import { drain } from "./drain.ts";
import type { TrackedGeneration } from "./generation.ts";
import { Inventory } from "./inventory.ts";
import { joinPath } from "./names.ts";
import { Pump } from "./pump.ts";
import { Schedule } from "./schedule.ts";
import type {
  Checkpoint,
  Follower,
  FollowOptions,
  Generation,
  Position,
  SourceSpec,
  TailStats,
  Unread,
} from "./types.ts";
import { Watches } from "./watches.ts";

export type {
  Checkpoint,
  CheckpointEntry,
  Chunk,
  Consumer,
  Follower,
  FollowOptions,
  Generation,
  Position,
  SourceSpec,
  TailEvents,
  TailStats,
  Unread,
} from "./types.ts";

/**
 * Follows files: every byte of every generation once, in order, through rotation, truncation and deletion.
 * Reading begins at once; errors of single files are logged and tried again, never thrown.
 * Throws GlobError for a pattern that cannot be read.
 */
export function follow(options: FollowOptions): Follower {
  return new FileFollower(options);
}

const now = () => performance.now();

class FileFollower implements Follower {
  readonly ready: Promise<void>;
  readonly finished: Promise<void>;
  readonly #inventory: Inventory;
  readonly #pump: Pump;
  readonly #watches: Watches | undefined;
  readonly #bursts: Bursts;
  readonly #schedule: Schedule;
  readonly #finish = Promise.withResolvers<void>();
  /** The scan whose directories are watched. */
  #watchedScan = 0;
  #drained: Promise<Unread[]> | undefined;
  #isClosed = false;

  constructor(options: FollowOptions) {
    const {
      log,
      consumer,
      resume,
      once = false,
      watch = "auto",
      rotateGrace = 5000,
      pollInterval = 1000,
      events = {},
    } = options;
    this.#inventory = new Inventory({
      sources: options.sources,
      log,
      events,
      resume,
      rotateGrace,
      now,
      ready: (generation) => this.#pump.ready(generation),
    });
    this.#pump = new Pump({ consumer, inventory: this.#inventory, rotateGrace, events, log, now });
    const isWatching = !once && watch !== "poll";
    this.#watches = isWatching
      ? new Watches(
          {
            structure: (directory) => this.#schedule.wake({ scan: true, isAlone: this.#bursts.isAlone(directory) }),
            change: (directory, name) => this.#changed(directory, name),
          },
          log,
        )
      : undefined;
    this.#bursts = new Bursts({
      now,
      total: () => this.#pump.total,
      pause: (directory) => this.#watches?.pause(directory),
      resume: (directory) => this.#watches?.resume(directory),
      files: (directory) => this.#inventory.known.countIn(directory),
      look: (directory) => this.#lookIn(directory),
    });
    this.#schedule = new Schedule({
      pollInterval,
      now,
      work: (work) => this.#work(work),
      isUndecided: () => this.#inventory.isUndecided,
      canStretch: () => this.#watches?.isComplete === true,
    });
    this.finished = this.#finish.promise;
    this.finished.catch(() => {});
    this.ready = Promise.resolve(options.after).then(() => this.#schedule.begin());
    this.ready.then(
      () => (once ? this.drain({ timeout: Number.POSITIVE_INFINITY }) : undefined),
      () => this.close(),
    );
  }

  drain(request: { timeout: number; quiet?: number }): Promise<Unread[]> {
    this.#drained ??= this.ready
      .then(() =>
        drain({
          timeout: request.timeout,
          quiet: request.quiet ?? 0,
          inventory: this.#inventory,
          pump: this.#pump,
          run: () => this.#run(),
          now,
        }),
      )
      .then(async (unread) => {
        await this.close();
        return unread;
      });
    return this.#drained;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#schedule.stop();
    this.#pump.stop();
    this.#watches?.close();
    this.#inventory.close();
    this.#finish.resolve();
  }

  reload(sources: readonly SourceSpec[]): readonly number[] {
    const draining = this.#inventory.reload(sources);
    this.#schedule.wake({ scan: true, isAlone: true });
    return draining;
  }

  committed(generation: Generation, position: Position): void {
    (generation as TrackedGeneration).committed = position;
  }

  checkpoint(): Checkpoint {
    return takeCheckpoint(this.#inventory.registry, this.#inventory.scannedAt);
  }

  atEnd(): boolean {
    if (!this.#pump.isIdle || this.#inventory.isUndecided) return false;
    for (const { size, offset, phase } of this.#inventory.registry.all()) {
      if (phase === "truncated" || (phase === "live" && size > offset)) return false;
    }
    return true;
  }

  stats(): TailStats {
    const lag = this.#inventory.registry.sources.map(() => 0);
    const read = new Map<string, number>();
    let openFiles = 0;
    for (const { fd, source, file, unread, offset, phase } of this.#inventory.registry.all()) {
      if (fd !== undefined) openFiles++;
      if (phase !== "live" && phase !== "truncated") continue;
      lag[source] = (lag[source] ?? 0) + unread;
      read.set(file, offset);
    }
    return { openFiles, lag, read };
  }

  #changed(directory: string, name: string): void {
    const isAlone = this.#bursts.isAlone(directory);
    const generation = this.#inventory.known.at(joinPath(directory, name));
    if (generation === undefined) return;
    this.#pump.ready(generation);
    this.#schedule.wake({ scan: false, isAlone });
  }

  /** Finds what events would have told; returns the bytes that files have grown by. */
  #lookIn(directory: string): number {
    if (this.#inventory.hasChanged(directory)) this.#schedule.wake({ scan: true, isAlone: true });
    return this.#inventory.known.lookIn(directory);
  }

  /** One round: what is asked for, then reading; returns the milliseconds until the next deadline. */
  #work(asked: { scan: boolean; look: boolean }): number {
    if (this.#isClosed) return Number.POSITIVE_INFINITY;
    if (asked.scan) {
      this.#inventory.scan();
      this.#watchAll();
    }
    if (asked.look) this.#inventory.known.lookAtAll();
    const deadline = Math.min(this.#bursts.look(), this.#pump.expire());
    void this.#run().then(() => {
      if (this.#isClosed) return;
      // Reading may have led to a scan, and that to directories which are not watched yet.
      if (this.#inventory.scans !== this.#watchedScan && this.#watchAll())
        this.#schedule.wake({ scan: false, isAlone: true });
      this.#schedule.deadline(this.#pump.expire());
      if (this.#inventory.takeShortage()) this.#schedule.wake({ scan: true, isAlone: false });
    });
    return deadline;
  }

  /** Watches every directory known. True when there are new ones, in which nothing raised an event until now. */
  #watchAll(): boolean {
    let isNew = false;
    for (;;) {
      const { directories, scans } = this.#inventory;
      this.#watchedScan = scans;
      this.#bursts.retain(directories);
      const added = this.#watches?.sync(directories) ?? [];
      if (added.length === 0) return isNew;
      isNew = true;
      this.#inventory.scan();
      for (const directory of added) this.#inventory.known.lookIn(directory);
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#pump.run();
    } catch (error) {
      this.#finish.reject(error);
      await this.close();
    }
  }
}
