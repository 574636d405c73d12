/** How a rule finds out whether a record is its own. */
import type { MatchThread } from "./match-thread.ts";

/** Where a record is in a text. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** Records are parts of a larger text, so that most of them need not be cut out at all. */
export interface Matcher {
  /** What `match` captures, by slot. */
  readonly names: readonly string[];
  /** A literal without which no record matches; used to pass over many records at once. */
  readonly literal?: string | undefined;
  /** Nanoseconds for each character of a record at worst: tells when to look at the clock. */
  readonly cost: number;
  /** Longest record that `match` may be given right away, in characters; longer ones are prepared first. Without it: any. */
  readonly longest?: number;
  /** Called before the records of another text. */
  begin?(): void;
  /** Matches records outside the main thread; `match` then knows the answers. */
  prepare?(text: string, records: readonly Bounds[], thread: MatchThread): Promise<void>;
  /**
   * Whether the record `text[start, end)` matches; if so `slots` holds what was captured, in the order of `names`.
   * Calls for one text come in rising order of `start`.
   */
  match(text: string, start: number, end: number, slots: string[]): boolean;
  /** How many records could not be matched in time since the last call. */
  takeTimeouts?(): number;
}
