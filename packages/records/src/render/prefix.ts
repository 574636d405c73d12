const lineFeed = 0x0a;

/**
 * Puts a prefix in front of every line of a stream of bytes, which pass unchanged. Lines may be of any length and spread
 * over any number of chunks: a chunk that ends inside a line is continued by the next one.
 */
export class LinePrefixer {
  readonly #prefix: Buffer;
  #inLine = false;

  /** @param name the text in brackets: `[name] `. */
  constructor(name: string) {
    this.#prefix = Buffer.from(`[${name}] `);
  }

  /** Whether the last line given is not ended. */
  get inLine(): boolean {
    return this.#inLine;
  }

  /** The chunk with prefixes, in memory of its own. */
  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const prefix = this.#prefix;
    const out = Buffer.allocUnsafe(chunk.length + prefix.length * this.#starts(chunk));
    let written = 0;
    let from = 0;
    while (from < chunk.length) {
      if (!this.#inLine) {
        out.set(prefix, written);
        written += prefix.length;
      }
      const end = chunk.indexOf(lineFeed, from) + 1 || chunk.length;
      written += chunk.copy(out, written, from, end);
      this.#inLine = chunk[end - 1] !== lineFeed;
      from = end;
    }
    return out;
  }

  /** How many lines begin in `chunk`. */
  #starts(chunk: Buffer): number {
    let starts = this.#inLine ? 0 : 1;
    for (let at = chunk.indexOf(lineFeed); at >= 0 && at + 1 < chunk.length; at = chunk.indexOf(lineFeed, at + 1))
      starts++;
    return starts;
  }
}
