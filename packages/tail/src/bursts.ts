/** Events a second that are dealt with one by one for as long as they come. */
const sustained = 300;
/** So many more are dealt with one by one before a directory is paused. */
const leastCredit = 32;
/** As many at most, after pauses that were of no use. */
const mostCredit = 4096;
/** Milliseconds until the first look at a paused directory. */
const shortestPause = 10;
/** Pauses become longer up to this, while they bring much: a quiet file beside a busy one waits no longer. */
const longestPause = 50;
/** How much longer each is than the one before. */
const pauseGrowth = 2;
/** So many files may be looked at in a millisecond of pause, which takes 2 or 3 percent of the time. */
const filesPerMillisecond = 10;
/** A pause that brings no more than so many events would have is of no use: its writer waits for us, or has ended. */
const leastGain = 4;
export interface BurstHost {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** All bytes read so far. */
  readonly total: () => number;
  /** From now on the directory raises no events. */
  readonly pause: (directory: string) => void;
  /** It raises events again. */
  readonly resume: (directory: string) => void;
  /** How many files a look at the directory looks at. */
  readonly files: (directory: string) => number;
  /** Finds what happened in the directory since the last look or event; returns the bytes that files have grown by. */
  readonly look: (directory: string) => number;
}

interface Directory {
  /** Events that came faster than the sustained rate. */
  level: number;
  /** The level at which a pause begins. */
  credit: number;
  /** When the last event came. */
  at: number;
  /** Events since the level was 0, and the bytes read before them. */
  events: number;
  bytesBefore: number;
  pause: Pause | undefined;
}

interface Pause {
  /** When to look. */
  dueAt: number;
  /** Milliseconds before the next look. */
  length: number;
  /** Bytes that an event brought on average. */
  readonly bytesPerEvent: number;
  isUseful: boolean;
}

/**
 * Follows busy directories by looking at them some twenty times a second instead of by events. libuv hands over every
 * single event, at 10 microseconds each, and a program that logs without a buffer raises thousands a second.
 * A writer that waits until its line has come out is told from a busy one by how little a pause brings.
 */
export class Bursts {
  readonly #host: BurstHost;
  readonly #directories = new Map<string, Directory>();

  constructor(host: BurstHost) {
    this.#host = host;
  }

  /** Counts an event. False: events come so fast that what it tells is to be dealt with together with the next ones. */
  isAlone(directory: string): boolean {
    const state = this.#count(directory);
    if (state.level < state.credit) return true;
    if (state.pause === undefined) this.#pause(directory, state);
    return false;
  }

  /** Looks at the paused directories that are due; returns the milliseconds until the next one is. */
  look(): number {
    const now = this.#host.now();
    let nearest = Number.POSITIVE_INFINITY;
    for (const [directory, state] of this.#directories) {
      if (state.pause === undefined) continue;
      if (state.pause.dueAt <= now) this.#lookAt(directory, state, state.pause);
      nearest = Math.min(nearest, (state.pause?.dueAt ?? Number.POSITIVE_INFINITY) - now);
    }
    return nearest;
  }

  /** Forgets all directories but these. */
  retain(directories: ReadonlySet<string>): void {
    for (const directory of this.#directories.keys()) {
      if (!directories.has(directory)) this.#directories.delete(directory);
    }
  }

  #count(directory: string): Directory {
    const { now, total } = this.#host;
    const at = now();
    let state = this.#directories.get(directory);
    if (state === undefined) {
      state = { level: 0, credit: leastCredit, at, events: 0, bytesBefore: 0, pause: undefined };
      this.#directories.set(directory, state);
    }
    state.level = Math.max(0, state.level - ((at - state.at) * sustained) / 1000);
    if (state.level === 0) {
      state.events = 0;
      state.bytesBefore = total();
    }
    state.level = Math.min(state.credit, state.level + 1);
    state.events++;
    state.at = at;
    return state;
  }

  #pause(directory: string, state: Directory): void {
    const { now, total, files, pause } = this.#host;
    const length = Math.max(shortestPause, files(directory) / filesPerMillisecond);
    if (length > longestPause) return;
    const bytesPerEvent = (total() - state.bytesBefore) / state.events;
    state.pause = { dueAt: now() + length, length, bytesPerEvent, isUseful: false };
    pause(directory);
  }

  #lookAt(directory: string, state: Directory, pause: Pause): void {
    const { now, look } = this.#host;
    if (look(directory) <= leastGain * pause.bytesPerEvent) {
      this.#resume(directory, state, pause);
      return;
    }
    pause.isUseful = true;
    pause.length = Math.min(longestPause, pause.length * pauseGrowth);
    pause.dueAt = now() + pause.length;
  }

  #resume(directory: string, state: Directory, { isUseful }: Pause): void {
    const { resume, look } = this.#host;
    state.credit = isUseful ? leastCredit : Math.min(mostCredit, state.credit * 2);
    state.level = 0;
    state.pause = undefined;
    resume(directory);
    // What happened before the watch was there raised no event.
    look(directory);
  }
}
