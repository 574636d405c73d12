/** One pattern for several rules, as those of an access log have: each record is matched once, with the groups that any of them uses. */
import type { MatchThread } from "./match-thread.ts";
import type { Bounds, Matcher } from "./matcher.ts";
import { RegexMatcher } from "./regex-matcher.ts";

/** The patterns of one configuration, by their source. */
export class SharedPatterns {
  readonly #patterns = new Map<string, SharedPattern>();

  /** The matcher of one rule, with these groups as its slots. All rules must have theirs before the first one is used. */
  matcher(source: string, groups: readonly string[]): Matcher {
    const pattern = this.#patterns.get(source) ?? new SharedPattern(source);
    this.#patterns.set(source, pattern);
    return new Share(pattern, groups);
  }
}

class SharedPattern {
  /** What the groups captured in the record that was matched last. */
  readonly slots: string[] = [];
  readonly #source: string;
  readonly #groups: string[] = [];
  #matcher: RegexMatcher | undefined;
  /** Where the record begins that was matched last; -1: none of this text. */
  #start = -1;
  #matches = false;

  constructor(source: string) {
    this.#source = source;
  }

  /** Compiled when all groups are known. */
  get matcher(): RegexMatcher {
    this.#matcher ??= new RegexMatcher(this.#source, this.#groups);
    return this.#matcher;
  }

  slotOf(group: string): number {
    const slot = this.#groups.indexOf(group);
    return slot < 0 ? this.#groups.push(group) - 1 : slot;
  }

  begin(): void {
    this.#start = -1;
    this.matcher.begin();
  }

  isMatched(start: number): boolean {
    return this.#start === start;
  }

  match(text: string, start: number, end: number): boolean {
    if (this.#start !== start) {
      this.#start = start;
      this.#matches = this.matcher.match(text, start, end, this.slots);
    }
    return this.#matches;
  }
}

/** A pattern as one of its rules sees it. */
class Share implements Matcher {
  readonly names: readonly string[];
  readonly #pattern: SharedPattern;
  readonly #slots: readonly number[];

  constructor(pattern: SharedPattern, groups: readonly string[]) {
    this.names = groups;
    this.#pattern = pattern;
    this.#slots = groups.map((group) => pattern.slotOf(group));
  }

  get cost(): number {
    return this.#pattern.matcher.cost;
  }

  get longest(): number {
    return this.#pattern.matcher.longest;
  }

  begin(): void {
    this.#pattern.begin();
  }

  async prepare(text: string, records: readonly Bounds[], thread: MatchThread): Promise<void> {
    const news = records.filter(({ start }) => !this.#pattern.isMatched(start));
    if (news.length > 0) await this.#pattern.matcher.prepare(text, news, thread);
  }

  match(text: string, start: number, end: number, slots: string[]): boolean {
    const pattern = this.#pattern;
    if (!pattern.match(text, start, end)) return false;
    for (let slot = 0; slot < this.#slots.length; slot++)
      slots[slot] = pattern.slots[this.#slots[slot] as number] as string;
    return true;
  }
}
