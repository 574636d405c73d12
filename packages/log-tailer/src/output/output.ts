import type { LongLine } from "@outrigger/records/long-line";
import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import type { ByteSink } from "./sink.ts";

/** What an output format works with. */
export interface OutputContext {
  readonly sink: ByteSink;
  /** Where records of some levels go; the same as `sink` or another one. */
  readonly errorSink: ByteSink;
  /** Everything before this position was taken by the kernel. */
  readonly committed: (generation: Generation, position: Position) => void;
  /** So many lines were read. */
  readonly lines: (source: number, count: number) => void;
  /** A line was longer than `maxLine`. */
  readonly longLine: (source: number, action: LongLine) => void;
  /** A record could not be parsed. */
  readonly parseError: (source: number) => void;
  /** Half a line is on its way: nothing of another file may be written. */
  readonly isInsideLine: () => boolean;
  /** The output is not taken as fast as it comes, so that nothing is read for now. */
  readonly isHeldUp: () => boolean;
}

/** Writes the lines of one source. A returned promise resolves when there is room for more. */
export interface SourceOutput {
  data(generation: Generation, chunk: Chunk): Promise<void> | undefined;
  /** The line in progress ends, with a newline that the file does not have. */
  flush(generation: Generation, position: Position): Promise<void> | undefined;
  /** The file has ended: nothing is kept back. */
  end(generation: Generation, position: Position): Promise<void> | undefined;
  /** Half a line was written. */
  readonly isInsideLine: boolean;
  /** This output is not used any more: what it kept back is written. */
  close(): void;
}
