import { type FSWatcher, statfsSync, statSync, watch } from "node:fs";
import type { Log } from "@outrigger/runtime/log";
import { isDamaged, systemPath } from "./names.ts";

/** `statfs` types of file systems where another machine's writes raise no event here: NFS, SMB, CIFS, AFS, 9P, Ceph. */
const networkTypes = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x01021997, 0x00c36400]);

interface Watch {
  /** Undefined while it is paused. */
  watcher: FSWatcher | undefined;
  /** What the watch follows: not the name, but the inode with its time of birth, as its number may be used again. */
  readonly key: string;
}

export interface WatchEvents {
  /** Something in it was created, renamed or removed; the name is unknown when undefined. */
  structure(directory: string, name: string | undefined): void;
  /** The contents or attributes of something in it changed. */
  change(directory: string, name: string): void;
}

/**
 * One watch per directory. Events are hints: the kernel's queue may overflow without notice, and network file
 * systems raise none, so everything must also be found without them.
 */
export class Watches {
  readonly #events: WatchEvents;
  readonly #log: Log;
  readonly #watches = new Map<string, Watch>();
  #hasWarned = false;
  #isComplete = true;

  constructor(events: WatchEvents, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  /** Every directory is watched; otherwise some can only be polled. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * Watches exactly these directories.
   * @returns those that are watched from now on: what happened in them before is not known
   */
  sync(directories: ReadonlySet<string>): string[] {
    const added: string[] = [];
    this.#isComplete = true;
    for (const directory of directories) {
      const key = keyOf(directory);
      const known = this.#watches.get(directory);
      if (known !== undefined && known.key === key) continue;
      this.#close(directory);
      if (key === undefined) continue;
      if (this.#open(directory, key)) added.push(directory);
      else this.#isComplete = false;
    }
    for (const directory of this.#watches.keys()) if (!directories.has(directory)) this.#close(directory);
    return added;
  }

  /** Ends the events of a directory for now. What the kernel has queued is dropped. */
  pause(directory: string): void {
    const known = this.#watches.get(directory);
    known?.watcher?.close();
    if (known !== undefined) known.watcher = undefined;
  }

  /** Begins them again, if the directory is still to be watched. */
  resume(directory: string): void {
    const known = this.#watches.get(directory);
    if (known === undefined || known.watcher !== undefined) return;
    this.#close(directory);
    const key = keyOf(directory);
    if (key === undefined || !this.#open(directory, key)) this.#isComplete = false;
  }

  close(): void {
    for (const directory of [...this.#watches.keys()]) this.#close(directory);
  }

  #open(directory: string, key: string): boolean {
    if (isOnNetwork(directory)) {
      this.#warn(`${directory} is on a network file system, which raises no events: polling`);
      return false;
    }
    try {
      const watcher = watch(systemPath(directory), { persistent: true }, (type, name) => {
        if (type === "change" && name !== null && !isDamaged(name)) this.#events.change(directory, name);
        else this.#events.structure(directory, name ?? undefined);
      });
      watcher.on("error", () => {
        this.#close(directory);
        this.#events.structure(directory, undefined);
      });
      this.#watches.set(directory, { watcher, key });
      return true;
    } catch (error) {
      this.#warn(`cannot watch ${directory} (${(error as Error).message}): polling; ${remedyOf(error)}`);
      return false;
    }
  }

  #close(directory: string): void {
    this.#watches.get(directory)?.watcher?.close();
    this.#watches.delete(directory);
  }

  #warn(message: string): void {
    if (!this.#hasWarned) this.#log.warn(message);
    this.#hasWarned = true;
  }
}

function remedyOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC") return "raise fs.inotify.max_user_watches";
  if (code === "EMFILE") return "raise fs.inotify.max_user_instances (and see fs.inotify.max_user_watches)";
  return "see fs.inotify.max_user_watches, or set watch: poll";
}

function isOnNetwork(directory: string): boolean {
  try {
    return networkTypes.has(statfsSync(systemPath(directory)).type);
  } catch {
    return false;
  }
}

function keyOf(directory: string): string | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(systemPath(directory), { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return undefined;
  }
}
