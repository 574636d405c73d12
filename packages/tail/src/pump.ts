import { setImmediate } from "node:timers/promises";
import type { Log } from "@outrigger/runtime/log";
import { Delivery } from "./delivery.ts";
import type { TrackedGeneration } from "./generation.ts";
import type { Inventory } from "./inventory.ts";
import { type FreshBytes, Reader, type ReadResult } from "./reader.ts";
import type { Consumer, TailEvents } from "./types.ts";

/** Milliseconds of reading after which timers and other users of the process get their turn. */
const longestStretch = 10;

export interface PumpOptions {
  readonly consumer: Consumer;
  readonly inventory: Inventory;
  readonly rotateGrace: number;
  readonly events: TailEvents;
  readonly log: Log;
  readonly now: () => number;
}

/** Reads what is ready, a bounded piece of each file in turn, and hands it to the consumer one call at a time. */
export class Pump {
  readonly #options: PumpOptions;
  readonly #reader = new Reader();
  readonly #delivery: Delivery;
  /** In the order in which they will be read. */
  readonly #ready = new Set<TrackedGeneration>();
  /** Those that a deadline may run for: an unterminated line, or the grace of a file that left its place. */
  readonly #waiting = new Set<TrackedGeneration>();
  /** It is in the middle of a long line that must not be interrupted. */
  #holder: TrackedGeneration | undefined;
  readonly #reported = new WeakSet<TrackedGeneration>();
  #run: Promise<void> | undefined;
  #isStopped = false;
  /** All bytes read so far. */
  #total = 0;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#delivery = new Delivery(options.consumer, this.#reader);
  }

  get total(): number {
    return this.#total;
  }

  get isIdle(): boolean {
    return this.#run === undefined;
  }

  /** There may be something to read in it. */
  ready(generation: TrackedGeneration): void {
    this.#ready.add(generation);
    if (generation.retiredAt !== undefined) this.#waiting.add(generation);
  }

  /** Nothing more is read; a call to the consumer that is under way is not waited for. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Reads until nothing is ready. Rejects with what the consumer throws. */
  run(): Promise<void> {
    this.#run ??= this.#readAll().finally(() => {
      this.#run = undefined;
    });
    return this.#run;
  }

  /** Makes ready what a deadline has come for; returns the milliseconds until the next one. */
  expire(): number {
    const now = this.#options.now();
    let nearest = Number.POSITIVE_INFINITY;
    for (const generation of this.#waiting) {
      const due = this.#deadline(generation);
      if (due === undefined) this.#waiting.delete(generation);
      else if (due <= now) this.#ready.add(generation);
      else nearest = Math.min(nearest, due - now);
    }
    return nearest;
  }

  /** Ends one generation: what is left of it is delivered, then the consumer is told. Only while nothing is read. */
  async finish(generation: TrackedGeneration): Promise<void> {
    if (generation.phase === "ended" || generation.phase === "resting") return;
    if (generation.isPartial) await this.#delivery.endLine(generation, true);
    this.#release(generation);
    const { registry } = this.#options.inventory;
    registry.retire(generation);
    await this.#delivery.end(generation);
    this.#wake(generation);
  }

  async #readAll(): Promise<void> {
    let since = this.#options.now();
    for (let next = this.#next(); next !== undefined && !this.#isStopped; next = this.#next()) {
      this.#ready.delete(next);
      const work = this.#turn(next);
      if (work !== undefined) await work;
      if (this.#options.now() - since < longestStretch) continue;
      await setImmediate();
      since = this.#options.now();
    }
  }

  #next(): TrackedGeneration | undefined {
    if (this.#holder !== undefined) return this.#ready.has(this.#holder) ? this.#holder : undefined;
    const { registry } = this.#options.inventory;
    const now = this.#options.now();
    for (const generation of this.#ready) {
      const isOver = generation.phase === "ended";
      if (!isOver && (generation.started || registry.laneOf(generation).mayStart(generation, now))) return generation;
      // It becomes ready again when its predecessor has reached its end.
      this.#ready.delete(generation);
    }
    return undefined;
  }

  #turn(generation: TrackedGeneration): Promise<void> | undefined {
    if (!generation.isResolved) return undefined;
    const isClosed = generation.fd === undefined;
    if (isClosed && (generation.phase === "truncated" || !this.#options.inventory.known.reopen(generation))) {
      return this.#atEnd(generation);
    }
    if (generation.phase === "live" && !generation.isIntroduced) {
      if (!this.#options.inventory.introduce([generation, ...this.#ready])) return undefined;
      // Empty, or replaced meanwhile: then its lane made ready what is to be read.
      if (!generation.isIntroduced) return this.#atEnd(generation);
      this.#ready.add(generation);
      return undefined;
    }
    try {
      const result = this.#reader.read(generation, this.#options.now());
      if (!(result instanceof Promise)) return this.#took(generation, result);
      return result.then(
        (later) => this.#took(generation, later),
        (error: Error) => this.#failed(generation, error),
      );
    } catch (error) {
      this.#failed(generation, error as Error);
      return undefined;
    }
  }

  /** It is tried again at the next look; its successors do not wait for that. */
  #failed(generation: TrackedGeneration, error: Error): void {
    this.#report(generation, error);
    this.#caughtUp(generation);
  }

  #took(generation: TrackedGeneration, result: ReadResult): Promise<void> | undefined {
    // What came while a slow read was under way is read before the file counts as read to its end.
    if (result === "end") return this.#ready.has(generation) ? undefined : this.#atEnd(generation);
    if (result === "changed") {
      if (generation.phase === "truncated") return this.finish(generation);
      this.#options.inventory.suspect(generation);
      return undefined;
    }
    if (result === "moved") {
      this.#ready.add(generation);
      return undefined;
    }
    return this.#deliver(generation, result);
  }

  #deliver(generation: TrackedGeneration, bytes: FreshBytes): Promise<void> | undefined {
    this.#total += bytes.fresh;
    this.#options.events.read?.(generation.source, bytes.fresh);
    // A short read is the end for now, unless more came while it was under way; an event or the next pass brings it back.
    const isAsked = this.#ready.has(generation);
    const isFollowed = generation.phase === "live" && !generation.dropped && bytes.isShort && !isAsked;
    if (!isFollowed) this.#ready.add(generation);
    const work = this.#delivery.deliver(generation, bytes);
    if (generation.isPartial) this.#waiting.add(generation);
    if (generation.midLine && this.#options.consumer.exclusiveLines) this.#holder = generation;
    else this.#release(generation);
    if (isFollowed) this.#caughtUp(generation);
    return work;
  }

  /** Nothing follows for now: a deadline may have come. */
  #atEnd(generation: TrackedGeneration): Promise<void> | undefined {
    if (generation.phase === "live" && this.#hasChanged(generation)) {
      this.#options.inventory.suspect(generation);
      return undefined;
    }
    this.#caughtUp(generation);
    if (generation.phase === "truncated" || generation.dropped) return this.finish(generation);
    const now = this.#options.now();
    if (generation.isPartial && now >= this.#flushDue(generation)) return this.#flush(generation);
    if (generation.retiredAt !== undefined && now >= this.#graceDue(generation)) return this.finish(generation);
    return undefined;
  }

  /** The bytes before the offset are as they were; a rewrite to the very same size may differ at the start. */
  #hasChanged(generation: TrackedGeneration): boolean {
    try {
      return !generation.isIntact();
    } catch (error) {
      this.#report(generation, error as Error);
      return false;
    }
  }

  async #flush(generation: TrackedGeneration): Promise<void> {
    this.#options.events.partialFlush?.(generation.source);
    this.#release(generation);
    await this.#delivery.flush(generation);
  }

  #caughtUp(generation: TrackedGeneration): void {
    if (generation.caughtUp) return;
    generation.caughtUp = true;
    this.#wake(generation);
  }

  /** Its successors may start now. */
  #wake(generation: TrackedGeneration): void {
    const { registry } = this.#options.inventory;
    for (const other of registry.laneOf(generation).generations) if (!other.started) this.#ready.add(other);
  }

  #release(generation: TrackedGeneration): void {
    if (this.#holder === generation) this.#holder = undefined;
  }

  #deadline(generation: TrackedGeneration): number | undefined {
    if (generation.phase !== "live") return undefined;
    const flush = generation.isPartial ? this.#flushDue(generation) : Number.POSITIVE_INFINITY;
    const grace = generation.retiredAt === undefined ? Number.POSITIVE_INFINITY : this.#graceDue(generation);
    const due = Math.min(flush, grace);
    return due === Number.POSITIVE_INFINITY ? undefined : due;
  }

  #flushDue(generation: TrackedGeneration): number {
    return generation.lastGrowth + generation.partialFlush;
  }

  /** Counted from the last byte, not from the rename, but never over before the rename was noticed. */
  #graceDue(generation: TrackedGeneration): number {
    return Math.max(generation.lastGrowth, generation.retiredAt!) + this.#options.rotateGrace;
  }

  #report(generation: TrackedGeneration, error: Error): void {
    if (this.#reported.has(generation)) return;
    this.#reported.add(generation);
    const { file, path } = generation;
    this.#options.log.error(`cannot read ${path ?? file}: ${error.message}; it is tried again`, { file });
  }
}
