/** A rule at work: from a matching record to its metric. */
import { type AnyMetric, CounterMetric, GaugeMetric } from "@outrigger/exposition/metric";
import type { CompiledRule } from "./compile.ts";

/** Why a record counts as an error: its value is none, its value is below 0, or matching took too long. */
type RuleFailure = "not_a_number" | "negative" | "timeout";

/** What a rule tells about itself, beside its metric. */
export interface RuleEvents {
  matched(): void;
  failed(reason: RuleFailure): void;
}

/** One rule with the metric that it fills. */
export class RunningRule {
  readonly rule: CompiledRule;
  readonly metric: AnyMetric;
  matches = 0;
  /** When a record last matched, in milliseconds since the epoch; 0: never. */
  lastMatch = 0;
  /** The record that matched last, shortened. */
  lastRecord = "";
  readonly #events: RuleEvents;
  readonly #slots: string[];
  readonly #labels: string[];
  #lastStart = -1;
  #lastEnd = -1;

  constructor(rule: CompiledRule, metric: AnyMetric, events: RuleEvents) {
    this.rule = rule;
    this.metric = metric;
    this.#events = events;
    this.#slots = rule.matcher.names.map(() => "");
    this.#labels = rule.labels.names.map(() => "");
    metric.init(rule.init);
  }

  /** Goes on where the same rule was before a reload. */
  resume({ matches, lastMatch, lastRecord }: RunningRule): void {
    this.matches = matches;
    this.lastMatch = lastMatch;
    this.lastRecord = lastRecord;
  }

  begin(): void {
    this.rule.matcher.begin?.();
    this.#lastStart = -1;
  }

  /** Whether the record `text[start, end)` is one of this rule's; what it captured is kept for `count`. */
  find(text: string, start: number, end: number): boolean {
    const { rule } = this;
    const slots = this.#slots;
    if (!rule.matcher.match(text, start, end, slots)) return false;
    return rule.accepts === undefined || rule.accepts(slots);
  }

  /** Counts the record of `file` that was found last. */
  count(start: number, end: number, file: string): void {
    const { value } = this.rule;
    this.matches++;
    this.#events.matched();
    this.#lastStart = start;
    this.#lastEnd = end;
    if (value === undefined) {
      this.#record(1, file);
      return;
    }
    const number = value.read(this.#slots[value.slot] as string);
    if (number === undefined) return;
    if (Number.isNaN(number)) this.#events.failed("not_a_number");
    else if (number < 0 && !(this.metric instanceof GaugeMetric)) this.#events.failed("negative");
    else this.#record(number, file);
  }

  /** After a text: remembers the last match, cut out so that the text itself can be freed. */
  finish(text: string, now: number): void {
    for (let left = this.rule.matcher.takeTimeouts?.() ?? 0; left > 0; left--) this.#events.failed("timeout");
    if (this.#lastStart < 0) return;
    this.lastMatch = now;
    this.lastRecord = excerpt(text, this.#lastStart, this.#lastEnd);
  }

  #record(value: number, file: string): void {
    const { metric } = this;
    const labels = this.#labels;
    this.rule.labels.fill(this.#slots, file, labels);
    if (metric instanceof CounterMetric) metric.add(labels, value);
    else if (metric instanceof GaugeMetric) metric.set(labels, value);
    else metric.observe(labels, value);
  }
}

/** A copy of at most 500 characters that does not hold on to the text it comes from. */
export function excerpt(text: string, start: number, end: number): string {
  return Buffer.from(text.substring(start, Math.min(end, start + 500))).toString();
}
