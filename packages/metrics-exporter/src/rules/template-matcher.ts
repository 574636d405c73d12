/**
 * Matching by template, in linear time: a chain of `indexOf`. If the chain fails after the first occurrence of its first
 * literal, it fails after every later one, so nothing is ever tried twice; only what must stand in one place (typed
 * captures and words) is tried at later occurrences, a bounded number of times.
 */
import type { Matcher } from "./matcher.ts";
import { scanQuantity } from "./quantity.ts";
import type { Capture, Token } from "./template.ts";

/** What is captured at a fixed place behind the previous step. */
interface Part {
  readonly slot: number;
  readonly type: Capture["type"] | "raw";
  /** The run of non-blanks that was found last, so that tries within the same one do not scan it again. */
  readonly word: { from: number; stop: number };
}

type Step = string | Part;

/** Steps that must follow each other without a gap. `lead` is the capture between the previous run and this one. */
interface Run {
  readonly lead: number | undefined;
  readonly steps: readonly Step[];
}

const discard = -1;
/** Nanoseconds per character for each step, at worst; most records cost nothing but the search for a literal. */
const stepCost = 50;
/** Occurrences of a literal that are tried before a record is given up. */
const maxTries = 64;

/** A matcher for one template. */
export class TemplateMatcher implements Matcher {
  readonly names: readonly string[];
  readonly literal: string | undefined;
  readonly cost: number;
  readonly #runs: readonly Run[];
  /** The same, with any word in place of the value: tells "no number" from "no match". */
  readonly #lenientRuns: readonly Run[] | undefined;
  readonly #anchored: boolean;
  /** Slot of the text capture at the end, if there is one. */
  readonly #tail: number | undefined;
  #filters: readonly Capture[];
  /** Next occurrence of the first literal in the current text: records before it need no look. */
  #next = -1;
  #typeFailed = false;

  constructor(tokens: readonly Token[], valueName = "value") {
    const captures = tokens.filter((token) => typeof token !== "string");
    const named = captures.filter(({ name }) => name !== undefined);
    this.names = named.map(({ name }) => name as string);
    this.#filters = named;
    const slotOf = (capture: Capture) => (capture.name === undefined ? discard : this.names.indexOf(capture.name));
    const { runs, tail } = buildRuns(tokens, slotOf);
    this.#runs = runs;
    this.#tail = tail;
    const value = this.names.indexOf(valueName);
    const lenient = runs.map((run) => ({ ...run, steps: run.steps.map((step) => relax(step, value)) }));
    this.#lenientRuns = named[value] && named[value].type !== "text" ? lenient : undefined;
    this.#anchored = typeof tokens[0] !== "string";
    const first = runs[0]?.steps[0];
    this.literal = typeof first === "string" ? first : undefined;
    this.cost = tokens.length * stepCost;
  }

  begin(): void {
    this.#next = -1;
    for (const { steps } of [...this.#runs, ...(this.#lenientRuns ?? [])]) {
      for (const step of steps) if (typeof step !== "string") step.word.from = step.word.stop = -1;
    }
  }

  match(text: string, start: number, end: number, slots: string[]): boolean {
    const { literal } = this;
    if (literal !== undefined) {
      if (this.#next < start) {
        const found = text.indexOf(literal, start);
        this.#next = found < 0 ? Number.POSITIVE_INFINITY : found;
      }
      if (this.#next >= end) return false;
    }
    this.#typeFailed = false;
    if (this.#follow(this.#runs, text, start, end, slots)) return true;
    return (
      this.#typeFailed && this.#lenientRuns !== undefined && this.#follow(this.#lenientRuns, text, start, end, slots)
    );
  }

  #follow(runs: readonly Run[], text: string, start: number, end: number, slots: string[]): boolean {
    let at = start;
    for (let index = 0; index < runs.length; index++) {
      const run = runs[index] as Run;
      const begin = at;
      const head = run.steps[0];
      let isFound = index === 0 && !this.#anchored;
      let from = isFound ? this.#next : at;
      for (let tries = 0; ; tries++) {
        if (typeof head === "string") {
          if (!isFound) from = text.indexOf(head, from);
          isFound = false;
          if (from < 0 || from + head.length > end) return false;
          at = this.#walk(run.steps, 1, text, from + head.length, end, slots);
        } else {
          if (tries > 0) return false;
          at = this.#walk(run.steps, 0, text, from, end, slots);
        }
        if (at >= 0) break;
        if (tries === maxTries) return false;
        from++;
      }
      if (run.lead !== undefined && run.lead !== discard) slots[run.lead] = this.#filtered(run.lead, text, begin, from);
    }
    if (this.#tail !== undefined && this.#tail !== discard) {
      slots[this.#tail] = this.#filtered(this.#tail, text, at, trimmedEnd(text, at, lineEnd(text, at, end)));
    }
    return true;
  }

  /** Where the steps end when all of them, the first ones left out, match from `from` on; -1 otherwise. */
  #walk(steps: readonly Step[], first: number, text: string, from: number, end: number, slots: string[]): number {
    let at = from;
    for (let index = first; index < steps.length; index++) {
      const step = steps[index] as Step;
      if (typeof step === "string") {
        if (!text.startsWith(step, at) || at + step.length > end) return -1;
        at += step.length;
        continue;
      }
      const stop = scan(step, text, at, end, steps[index + 1]);
      if (stop < 0) {
        if (step.type !== "word") this.#typeFailed = true;
        return -1;
      }
      if (step.slot !== discard) slots[step.slot] = this.#filtered(step.slot, text, at, stop);
      at = stop;
    }
    return at;
  }

  #filtered(slot: number, text: string, start: number, end: number): string {
    let captured = text.substring(start, end);
    for (const filter of (this.#filters[slot] as Capture).filters) captured = filter(captured);
    return captured;
  }
}

function buildRuns(tokens: readonly Token[], slotOf: (capture: Capture) => number) {
  const runs: Run[] = [];
  let lead: number | undefined;
  let steps: Step[] = [];
  for (const token of tokens) {
    if (typeof token === "string") steps.push(token);
    else if (token.type !== "text") steps.push(part(slotOf(token), token.type));
    else {
      if (steps.length > 0) runs.push({ lead, steps });
      lead = slotOf(token);
      steps = [];
    }
  }
  if (steps.length > 0) return { runs: [...runs, { lead, steps }], tail: undefined };
  return { runs, tail: lead };
}

function relax(step: Step, value: number): Step {
  return typeof step !== "string" && step.slot === value ? part(value, "raw") : step;
}

function part(slot: number, type: Part["type"]): Part {
  return { slot, type, word: { from: -1, stop: -1 } };
}

function scan({ type, word }: Part, text: string, from: number, end: number, next: Step | undefined): number {
  if (type === "word" || type === "raw") {
    const isKnown = word.from <= from && from <= word.stop;
    if (!isKnown) word.stop = wordEnd(text, from, end, typeof next === "string" ? next : undefined);
    word.from = from;
    return type === "word" && word.stop === from ? -1 : word.stop;
  }
  if (type === "text") return -1;
  const stop = scanQuantity(type, text, from);
  return stop > end ? -1 : stop;
}

/** The end of a run of non-blanks, or the literal behind it if that comes first. */
function wordEnd(text: string, from: number, end: number, literal: string | undefined): number {
  for (let at = from; at < end; at++) {
    if (isBlank(text.charCodeAt(at)) || (literal !== undefined && text.startsWith(literal, at))) return at;
  }
  return end;
}

function lineEnd(text: string, from: number, end: number): number {
  const found = text.indexOf("\n", from);
  return found < 0 || found > end ? end : found;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}
