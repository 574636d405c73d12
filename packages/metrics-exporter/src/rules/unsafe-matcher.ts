/** Matching by a pattern that may take for ever: only outside the main thread, and every record for a bounded time. */
import { compilePattern } from "@outrigger/runtime/pattern";
import type { MatchThread } from "./match-thread.ts";
import type { Bounds, Matcher } from "./matcher.ts";
import { Prepared } from "./prepared.ts";

/** Milliseconds for one record. */
const patience = 100;

export class UnsafeMatcher implements Matcher {
  readonly names: readonly string[];
  /** Here it costs nothing. */
  readonly cost = 1;
  /** Even an empty record is matched elsewhere. */
  readonly longest = -1;
  readonly #pattern: RegExp;
  readonly #prepared = new Prepared();

  /** @throws PatternError when the syntax is wrong. */
  constructor(source: string) {
    this.#pattern = compilePattern(source, { unsafe: true });
    const names = [...this.#pattern.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map((match) => match[1] as string);
    this.names = [...new Set(names)];
  }

  begin(): void {
    this.#prepared.clear();
  }

  prepare(text: string, records: readonly Bounds[], thread: MatchThread): Promise<void> {
    const { source, flags } = this.#pattern;
    return this.#prepared.fill({ source, flags, names: this.names, patience }, text, records, thread);
  }

  match(_text: string, start: number, _end: number, slots: string[]): boolean {
    return this.#prepared.take(start, slots) ?? false;
  }

  takeTimeouts(): number {
    return this.#prepared.takeTimeouts();
  }
}
