/** How a rule finds out whether a record is its own. */

/** Records are parts of a larger text, so that most of them need not be cut out at all. */
export interface Matcher {
  /** What `match` captures, by slot. */
  readonly names: readonly string[];
  /** A literal without which no record matches; used to pass over many records at once. */
  readonly literal?: string | undefined;
  /** How many texts could not be matched in time since the last call. */
  takeTimeouts?(): number;
  /** Frees what the matcher holds; it may be used again. */
  close?(): void;
  /** Called before the records of another text. */
  begin?(): void;
  /**
   * Whether the record `text[start, end)` matches; if so `slots` holds what was captured, in the order of `names`.
   * Calls for one text come in rising order of `start`.
   */
  match(text: string, start: number, end: number, slots: string[]): boolean;
}
