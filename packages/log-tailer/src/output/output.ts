import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import type { Sink } from "./sink.ts";

/** What an output format works with. */
export interface OutputContext {
  readonly sink: Sink;
  /** Everything before this position was taken by the kernel. */
  readonly committed: (generation: Generation, position: Position) => void;
  /** So many bytes for a source were taken by the kernel. */
  readonly written: (source: number, bytes: number) => void;
  /** So many lines were read. */
  readonly lines: (source: number, count: number) => void;
}

/** Writes the lines of one source. A returned promise resolves when there is room for more. */
export interface SourceOutput {
  data(generation: Generation, chunk: Chunk): Promise<void> | undefined;
  /** The line in progress ends, with a newline that the file does not have. */
  flush(generation: Generation, position: Position): Promise<void> | undefined;
}
