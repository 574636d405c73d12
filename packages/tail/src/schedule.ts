/** A pass may take this part of one core's time at most, when events make it a mere safety net. */
const passShare = 0.02;
/** Milliseconds that an event in a burst waits for those that follow it. */
const burstPause = 5;
/** Scans that events ask for may take this part. */
const scanShare = 0.1;
/** Milliseconds before the next look at what could not be judged. */
const undecidedPause = 20;

export interface ScheduleOptions {
  /** Milliseconds between two passes. */
  readonly pollInterval: number;
  readonly now: () => number;
  /** Does what is due; returns the milliseconds until its next own deadline. */
  readonly work: (asked: { scan: boolean; look: boolean }) => number;
  /** The last scan could not judge all that it found: the next one is due soon. */
  readonly isUndecided: () => boolean;
  /** Events are complete enough for longer pauses between passes over very many files. */
  readonly canStretch: () => boolean;
}

/** Decides when to work: soon after an event, at deadlines, and in any case once in every interval. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #immediate: NodeJS.Immediate | undefined;
  #nextPass = 0;
  #nextScan = 0;
  #isScanAsked = false;
  #isStopped = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** The first pass, at once. */
  begin(): void {
    this.#tick();
  }

  /** Something happened. Events of one turn of the event loop are dealt with together, and those of a burst. */
  wake(event: { scan: boolean; isAlone: boolean }): void {
    this.#isScanAsked ||= event.scan;
    if (this.#isStopped || this.#immediate !== undefined) return;
    if (!event.isAlone) {
      this.deadline(burstPause);
      return;
    }
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#tick();
    });
  }

  /** Work is due in so many milliseconds, unless it comes sooner anyway. */
  deadline(milliseconds: number): void {
    const at = this.#options.now() + milliseconds;
    if (this.#isStopped || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#tick();
      },
      Math.max(1, Math.ceil(milliseconds)),
    );
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #tick(): void {
    if (this.#isStopped) return;
    const { now, pollInterval, work, isUndecided, canStretch } = this.#options;
    const begin = now();
    const look = begin >= this.#nextPass;
    const scan = look || ((this.#isScanAsked || isUndecided()) && begin >= this.#nextScan);
    if (scan) this.#isScanAsked = false;
    const deadline = work({ scan, look });
    const end = now();
    const spent = end - begin;
    if (scan) this.#nextScan = end + spent / scanShare;
    if (look) this.#nextPass = end + Math.max(pollInterval, canStretch() ? spent / passShare : 0);
    if (this.#isScanAsked) this.deadline(this.#nextScan - end);
    else if (isUndecided()) this.deadline(Math.max(undecidedPause, this.#nextScan - end));
    this.deadline(Math.min(deadline, this.#nextPass - end));
  }
}
