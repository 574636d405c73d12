import { markerLength, readRange } from "./identity.ts";

/** The last bytes before an offset, at most 64. Kept in place, because it moves with every read. */
export class Marker {
  readonly #bytes = Buffer.allocUnsafeSlow(markerLength);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Whether `bytes` holds the marker at `at`. */
  isAt(bytes: Buffer, at: number): boolean {
    return bytes.compare(this.#bytes, 0, this.#length, at, at + this.#length) === 0;
  }

  /** Whether an open file holds the marker just before `offset`. Throws the system's error. */
  isBefore(fd: number, offset: number): boolean {
    const found = readRange(fd, offset - this.#length, this.#length);
    return found.length === this.#length && this.isAt(found, 0);
  }

  /** Becomes the last bytes of `bytes[from, to)`. */
  take(bytes: Buffer, from: number, to: number): void {
    this.#length = bytes.copy(this.#bytes, 0, Math.max(from, to - markerLength), to);
  }

  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
}
