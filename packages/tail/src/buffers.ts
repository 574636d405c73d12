/** Bytes that one turn reads at most: large enough for full speed, small enough for fairness. */
export const turnBytes = 256 * 1024;
/** Room in front for the bytes before the offset, which every read checks again. */
const room = turnBytes + 64;

/** Read buffers that are used again; how many exist is bounded by how many a consumer keeps. */
export class Buffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(room);
  }

  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
