import type { Log } from "@outrigger/runtime/log";

/** Between two summaries, in milliseconds. */
const summaryInterval = 10_000;

/** Says in the tool's log that lines are left out: the first at once, then a summary now and then, and one at the end. */
export class DropReport {
  readonly #log: Log;
  /** Lines since the last message, by source. */
  #recent = new Map<string, number>();
  #total = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** One more line of a source was left out. */
  dropped(source: string): void {
    this.#total++;
    this.#recent.set(source, (this.#recent.get(source) ?? 0) + 1);
    if (this.#timer !== undefined) return;
    this.#log.warn("lines are left out: there are more than logs.rateLimit.bytesPerSecond allows", { source });
    this.#recent.clear();
    this.#timer = setInterval(() => this.#summarize(), summaryInterval);
    this.#timer.unref();
  }

  /** The last message. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#total > 0) this.#log.warn("lines were left out, all in all", { lines: this.#total });
  }

  #summarize(): void {
    if (this.#recent.size === 0) return;
    this.#log.warn("lines were left out since the last message", { lines: Object.fromEntries(this.#recent) });
    this.#recent.clear();
  }
}
