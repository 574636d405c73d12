/** Runs all rules on all records. Every rule sees every record; a rule counts at most once per record. */
import type { MetricStore } from "@outrigger/exposition/store";
import type { CompiledRule } from "./compile.ts";
import { Gate } from "./gate.ts";
import { MatchThread } from "./match-thread.ts";
import type { Bounds } from "./matcher.ts";
import { RecordCursor } from "./record-cursor.ts";
import { excerpt, type RuleEvents, RunningRule } from "./running-rule.ts";

/** What the engine tells about its work. */
export interface EngineEvents {
  rule(name: string): RuleEvents;
  lines(file: string, count: number): void;
  unmatched(count: number): void;
  truncated(): void;
}

/**
 * Told at the very moment when the first `count` records of a text are counted, and before others may look at the metrics.
 * `isAll`: there are no more.
 */
export type Settled = (count: number, isAll: boolean) => void;

/** A text on its way through the rules. */
interface Job {
  readonly cursor: RecordCursor;
  readonly file: string;
  readonly settled: Settled;
  unmatched: number;
  /** When others are to have their turn. */
  until: number;
}

/** From this many rules with a literal on, one look for all literals is cheaper than one for each. */
const gateFrom = 4;
/** Samples of unmatched records that are kept for people. */
const sampleCount = 20;
/** Milliseconds of matching after which others get their turn: whoever asks for the metrics must not wait for a log. */
const slice = 10;

export class RuleEngine {
  /** Records that no rule matched: the last few. */
  readonly unmatchedSamples: string[] = [];
  rules: readonly RunningRule[] = [];
  readonly #store: MetricStore;
  readonly #events: EngineEvents;
  readonly #maxLine: number;
  readonly #thread = new MatchThread();
  #gate: Gate | undefined;
  #gated: readonly RunningRule[] = [];
  #always: readonly RunningRule[] = [];
  /** Rules whose records are all matched in the thread. */
  #remote: readonly RunningRule[] = [];
  /** The record in which each gated rule ran last, so that no rule counts a record twice. */
  #ranIn: Int32Array = new Int32Array(0);
  /** Characters that take all rules no longer than a slice, whatever they are. */
  #quick = 0;
  /** The text in progress, and those that wait for it. */
  #busy: Promise<void> | undefined;
  #isClosed = false;

  /** @param maxLine characters of a record that are looked at. */
  constructor(store: MetricStore, events: EngineEvents, maxLine: number) {
    this.#store = store;
    this.#events = events;
    this.#maxLine = maxLine;
  }

  /**
   * Puts these rules in force: at once, or behind the text in progress. Metrics that stay the same keep their values, those
   * that are gone are removed.
   */
  use(rules: readonly CompiledRule[]): Promise<void> | undefined {
    return this.#alone(() => this.#replace(rules));
  }

  /** Nothing is counted any more; what is under way is given up. */
  close(): void {
    this.#isClosed = true;
    this.#thread.close();
  }

  /** Every line of `text` is a record; the last one need not have a line end. A promise when it takes more than one slice. */
  lines(text: string, file: string, settled: Settled = () => {}): Promise<void> | undefined {
    return this.#alone(() => this.#run(text, false, file, settled));
  }

  /** The whole text is one record, whatever lines it has. A promise as with `lines`. */
  record(text: string, file: string, settled: Settled = () => {}): Promise<void> | undefined {
    return this.#alone(() => this.#run(text, true, file, settled));
  }

  /** One after another: rules remember where they are in a text. */
  #alone(work: () => Promise<void> | undefined | void): Promise<void> | undefined {
    const running = this.#busy === undefined ? work() : this.#busy.catch(() => {}).then(work);
    if (running === undefined) return undefined;
    const busy = running.finally(() => {
      if (this.#busy === busy) this.#busy = undefined;
    });
    this.#busy = busy;
    return busy;
  }

  #replace(rules: readonly CompiledRule[]): void {
    const kept = new Map(this.rules.map((running) => [running.rule.name, running]));
    const names = new Set(rules.map(({ spec }) => spec.name));
    for (const { metric } of this.rules) if (!names.has(metric.spec.name)) this.#store.remove(metric.spec.name);
    this.rules = rules.map((rule) => {
      const running = new RunningRule(rule, this.#store.declare(rule.spec), this.#events.rule(rule.name));
      const before = kept.get(rule.name);
      if (before?.metric === running.metric) running.resume(before);
      return running;
    });
    const literal = this.rules.filter(({ rule }) => rule.matcher.literal !== undefined);
    const gated = literal.length >= gateFrom;
    this.#gated = gated ? literal : [];
    this.#always = gated ? this.rules.filter(({ rule }) => rule.matcher.literal === undefined) : this.rules;
    this.#gate = gated ? new Gate(literal.map(({ rule }) => rule.matcher.literal as string)) : undefined;
    this.#ranIn = new Int32Array(this.#gated.length);
    this.#remote = this.rules.filter(({ rule }) => (rule.matcher.longest ?? 0) < 0);
    const cost = this.rules.reduce((sum, { rule }) => sum + rule.matcher.cost, 1);
    this.#quick = (slice * 1e6) / cost;
  }

  #run(text: string, isWhole: boolean, file: string, settled: Settled): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    for (const rule of this.rules) rule.begin();
    this.#gate?.begin(text);
    this.#ranIn.fill(0);
    const job: Job = { cursor: new RecordCursor(text, this.#maxLine, isWhole), file, settled, unmatched: 0, until: 0 };
    job.until = performance.now() + slice;
    if (this.#remote.length > 0)
      return this.#prepareAll(job, isWhole).then(() => (this.#isClosed ? undefined : this.#goOn(job)));
    const stop = this.#advance(job);
    return stop === "done" ? undefined : this.#goOn(job, stop);
  }

  /** As far as it goes without keeping others waiting. `long`: the current record needs more care than this. */
  #advance(job: Job): "done" | "pause" | "long" {
    const { cursor } = job;
    const quick = this.#quick;
    let looked = 0;
    while (cursor.next()) {
      const length = cursor.end - cursor.start;
      if (length > quick) return "long";
      this.#took(job, this.#match(cursor, job.file));
      looked += length + 1;
      if (looked < quick) continue;
      looked = 0;
      if (performance.now() > job.until) return "pause";
    }
    this.#finish(job);
    return "done";
  }

  async #goOn(job: Job, stop = this.#advance(job)): Promise<void> {
    for (let at = stop; at !== "done"; at = this.#advance(job)) {
      if (at === "long") await this.#matchLong(job);
      else await this.#pause(job, job.cursor.count);
      if (this.#isClosed) return;
    }
  }

  #match({ text, start, end, count }: RecordCursor, file: string): boolean {
    let matched = false;
    for (const rule of this.#always) {
      if (!rule.find(text, start, end)) continue;
      rule.count(start, end, file);
      matched = true;
    }
    const gate = this.#gate;
    if (gate === undefined) return matched;
    while (gate.position < end) {
      for (const index of gate.candidates) {
        if (this.#ranIn[index] === count) continue;
        this.#ranIn[index] = count;
        const rule = this.#gated[index] as RunningRule;
        if (!rule.find(text, start, end)) continue;
        rule.count(start, end, file);
        matched = true;
      }
      gate.advance();
    }
    return matched;
  }

  /** Rule by rule, with pauses. All that match count together, so that nobody sees half of a record. */
  async #matchLong(job: Job): Promise<void> {
    const { text, start, end, count } = job.cursor;
    const before = count - 1;
    const found: RunningRule[] = [];
    for (const rule of this.rules) {
      const { longest = Number.POSITIVE_INFINITY, prepare } = rule.rule.matcher;
      if (prepare && longest >= 0 && end - start > longest) {
        job.settled(before, false);
        await rule.rule.matcher.prepare?.(text, [{ start, end }], this.#thread);
        job.until = performance.now() + slice;
      }
      if (rule.find(text, start, end)) found.push(rule);
      if (performance.now() > job.until) await this.#pause(job, before);
    }
    if (this.#isClosed) return;
    for (const rule of found) rule.count(start, end, job.file);
    this.#gate?.skipTo(end);
    this.#took(job, found.length > 0);
    job.settled(count, false);
  }

  async #pause(job: Job, count: number): Promise<void> {
    job.settled(count, false);
    await new Promise(setImmediate);
    job.until = performance.now() + slice;
  }

  async #prepareAll({ cursor: { text } }: Job, isWhole: boolean): Promise<void> {
    const records: Bounds[] = [];
    const cursor = new RecordCursor(text, this.#maxLine, isWhole);
    while (cursor.next()) records.push({ start: cursor.start, end: cursor.end });
    for (const { rule } of this.#remote) await rule.matcher.prepare?.(text, records, this.#thread);
  }

  #took(job: Job, matched: boolean): void {
    const { cursor } = job;
    if (cursor.isCut) this.#events.truncated();
    if (matched) return;
    job.unmatched++;
    // One sample per text is enough, and keeps the cost of a noisy log away.
    if (job.unmatched > 1 && this.unmatchedSamples.length >= sampleCount) return;
    if (this.unmatchedSamples.length >= sampleCount) this.unmatchedSamples.shift();
    this.unmatchedSamples.push(excerpt(cursor.text, cursor.start, cursor.end));
  }

  #finish({ cursor, file, unmatched, settled }: Job): void {
    const now = Date.now();
    for (const rule of this.rules) rule.finish(cursor.text, now);
    this.#events.lines(file, cursor.lineCount);
    if (unmatched > 0) this.#events.unmatched(unmatched);
    settled(cursor.count, true);
  }
}
