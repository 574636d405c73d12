import type { Chunk, Consumer, Follower, Generation } from "./types.ts";

export interface LineOptions {
  /** Longest line in bytes of UTF-8; what is beyond is cut off at a character boundary. Default 1 MiB. */
  readonly maxLine?: number;
  /** WHATWG label by source index; a byte order mark wins. Default `utf-8` for all. */
  readonly encodings?: readonly (string | undefined)[];
  /** One line without its line end (`\n` or `\r\n`). */
  onLine(generation: Generation, line: string): void;
  /** The generation is over (rotated away and read, truncated, deleted). */
  onEnd?(generation: Generation): void;
}

/** A consumer for users of text lines. */
export interface LineConsumer extends Consumer {
  /** The follower whose positions are to be committed after each chunk; set it when `checkpoint()` is used. */
  follower?: Follower;
}

/**
 * Cuts what a follower reads into text lines, decoded, one call of `onLine` each.
 * Memory per file is bounded by `maxLine` plus one read buffer.
 */
export function lineConsumer(options: LineOptions): LineConsumer {
  void options;
  void (undefined as Chunk | undefined);
  throw new Error("lineConsumer: arrives with the next commit");
}
