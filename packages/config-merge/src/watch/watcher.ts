import { type FSWatcher, watch } from "node:fs";

/** Time from the first event to the pass: long enough for a whole update, within the two seconds a reaction may take. */
const debounceMs = 1000;

/** Watches can be lost or missing; what they did not tell is found after this long. */
const pollMs = 60_000;

/**
 * Calls `changed` some time after any event in a set of directories, and every minute. Directories are watched, never
 * files: after the first swap of a volume's `..data` a watched file is a deleted one.
 */
export class Watcher {
  readonly #watches = new Map<string, FSWatcher>();
  readonly #changed: () => void;
  readonly #poll: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#poll = setInterval(changed, pollMs);
  }

  /** Watches these directories from now on, and no others. */
  follow(directories: ReadonlySet<string>): void {
    for (const [directory, watcher] of this.#watches) {
      if (!directories.has(directory)) this.#drop(directory, watcher);
    }
    for (const directory of directories) if (!this.#watches.has(directory)) this.#add(directory);
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    for (const [directory, watcher] of this.#watches) this.#drop(directory, watcher);
  }

  #add(directory: string): void {
    try {
      const watcher = watch(directory, () => this.#soon());
      // Removed, or no longer readable: the next pass looks for it again.
      watcher.on("error", () => this.#drop(directory, watcher));
      this.#watches.set(directory, watcher);
    } catch {
      // No watches left, or a file system without them: the poll remains.
    }
  }

  #drop(directory: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watches.delete(directory);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed();
    }, debounceMs);
  }
}
