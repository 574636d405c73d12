import type { ParsedRecord } from "../record.ts";

/** Where records come from: what every output line says about its file. */
export interface Labels {
  readonly source: string;
  /** Absolute path. */
  readonly file: string;
}

/** Records that were written without being cut apart. */
export interface RenderedBlock {
  readonly text: string;
  /** How many records they are. */
  readonly count: number;
}

/** Writes records as lines of one format. Every result ends with a newline. */
export interface Renderer {
  /** Records that nobody was asked to parse, one line each. */
  texts(records: readonly string[]): string;
  /**
   * The same for records in one text, with `\n` between them.
   * @returns undefined when they have to be cut apart
   */
  block?(records: string): RenderedBlock | undefined;
  record(record: ParsedRecord): string;
  /** A record that should have been parsed and could not be. */
  unparsed(record: string): string;
}
