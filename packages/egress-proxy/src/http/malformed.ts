/** Bytes that are no HTTP/1.1 message, or one with more than one reading. */
export class Malformed extends Error {
  /** What is too long, when that is the reason. */
  readonly excess: Excess | undefined;

  constructor(message: string, excess?: Excess) {
    super(message);
    this.name = "Malformed";
    this.excess = excess;
  }
}

export type Excess = "target" | "head" | "chunk extensions" | "trailers";
