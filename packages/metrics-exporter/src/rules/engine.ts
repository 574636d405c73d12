/** Runs all rules on all records. Every rule sees every record; a rule counts at most once per record. */
import type { MetricStore } from "@outrigger/exposition/store";
import type { CompiledRule } from "./compile.ts";
import { Gate } from "./gate.ts";
import { excerpt, type RuleEvents, RunningRule } from "./running-rule.ts";

/** What the engine tells about its work. */
export interface EngineEvents {
  rule(name: string): RuleEvents;
  lines(file: string, count: number): void;
  unmatched(count: number): void;
  truncated(): void;
}

/** From this many rules with a literal on, one look for all literals is cheaper than one for each. */
const gateFrom = 4;
/** Samples of unmatched records that are kept for people. */
const sampleCount = 20;

export class RuleEngine {
  /** Records that no rule matched: the last few. */
  readonly unmatchedSamples: string[] = [];
  rules: readonly RunningRule[] = [];
  readonly #store: MetricStore;
  readonly #events: EngineEvents;
  readonly #maxLine: number;
  #gate: Gate | undefined;
  #gated: readonly RunningRule[] = [];
  #always: readonly RunningRule[] = [];
  /** The record in which each gated rule ran last, so that no rule counts a record twice. */
  #ranIn: Int32Array = new Int32Array(0);

  /** @param maxLine characters of a line that are looked at. */
  constructor(store: MetricStore, events: EngineEvents, maxLine: number) {
    this.#store = store;
    this.#events = events;
    this.#maxLine = maxLine;
  }

  /** Puts these rules in force. Metrics that stay the same keep their values, those that are gone are removed. */
  use(rules: readonly CompiledRule[]): void {
    for (const { rule } of this.rules) if (!rules.includes(rule)) rule.matcher.close?.();
    const kept = new Map(this.rules.map((running) => [running.rule.name, running]));
    const names = new Set(rules.map(({ spec }) => spec.name));
    for (const { metric } of this.rules) if (!names.has(metric.spec.name)) this.#store.remove(metric.spec.name);
    this.rules = rules.map((rule) => {
      const running = new RunningRule(rule, this.#store.declare(rule.spec), this.#events.rule(rule.name));
      const before = kept.get(rule.name);
      if (before?.metric === running.metric) {
        running.matches = before.matches;
        running.lastMatch = before.lastMatch;
        running.lastRecord = before.lastRecord;
      }
      return running;
    });
    const literal = this.rules.filter(({ rule }) => rule.matcher.literal !== undefined);
    const gated = literal.length >= gateFrom;
    this.#gated = gated ? literal : [];
    this.#always = gated ? this.rules.filter(({ rule }) => rule.matcher.literal === undefined) : this.rules;
    this.#gate = gated ? new Gate(literal.map(({ rule }) => rule.matcher.literal as string)) : undefined;
    this.#ranIn = new Int32Array(this.#gated.length);
  }

  /** Frees what the rules hold; they may still be used. */
  close(): void {
    for (const { rule } of this.rules) rule.matcher.close?.();
  }

  /** Every line of `text` is a record; the last one need not have a line end. */
  lines(text: string, file: string): void {
    this.#begin(text);
    let count = 0;
    let unmatched = 0;
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf("\n", start);
      const next = found < 0 ? text.length : found;
      let end = next > start && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
      if (end - start > this.#maxLine) {
        end = start + this.#maxLine;
        this.#events.truncated();
      }
      count++;
      if (!this.#run(text, start, end, file, count)) {
        unmatched++;
        // One sample per text is enough, and keeps the cost of a noisy log away.
        if (unmatched === 1 || this.unmatchedSamples.length < sampleCount) this.#sample(text, start, end);
      }
      start = next + 1;
    }
    this.#finish(text, file, count, unmatched);
  }

  /** The whole text is one record, whatever lines it has. */
  record(text: string, file: string): void {
    this.#begin(text);
    const matched = this.#run(text, 0, text.length, file, 1);
    if (!matched) this.#sample(text, 0, text.length);
    this.#finish(text, file, text.split("\n").length, matched ? 0 : 1);
  }

  #begin(text: string): void {
    for (const rule of this.rules) rule.begin();
    this.#gate?.begin(text);
    this.#ranIn.fill(0);
  }

  #run(text: string, start: number, end: number, file: string, record: number): boolean {
    let matched = false;
    for (const rule of this.#always) if (rule.run(text, start, end, file)) matched = true;
    const gate = this.#gate;
    if (gate === undefined) return matched;
    while (gate.position < end) {
      for (const index of gate.candidates) {
        if (this.#ranIn[index] === record) continue;
        this.#ranIn[index] = record;
        if ((this.#gated[index] as RunningRule).run(text, start, end, file)) matched = true;
      }
      gate.advance();
    }
    return matched;
  }

  #finish(text: string, file: string, count: number, unmatched: number): void {
    const now = Date.now();
    for (const rule of this.rules) rule.finish(text, now);
    this.#events.lines(file, count);
    if (unmatched > 0) this.#events.unmatched(unmatched);
  }

  #sample(text: string, start: number, end: number): void {
    if (this.unmatchedSamples.length >= sampleCount) this.unmatchedSamples.shift();
    this.unmatchedSamples.push(excerpt(text, start, end));
  }
}
