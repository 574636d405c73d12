import { markerLength } from "./identity.ts";
import type { Chunk, Position } from "./types.ts";

/** Where the bytes of a chunk lie, and what they are. */
export interface ChunkInit {
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
  /** Where in the file `from` is. */
  readonly offset: number;
  /** First byte in `buffer` that is known to come from the file; bytes before `from` serve as marker. */
  readonly known: number;
  readonly complete: boolean;
  /** Its end is a line end only because the line is flushed. */
  readonly flushed: boolean;
  readonly release: () => void;
}

/** A piece of a read buffer on loan to the consumer. */
export class BufferChunk implements Chunk {
  readonly bytes: Buffer;
  readonly complete: boolean;
  readonly #init: ChunkInit;
  #isKept = false;

  constructor(init: ChunkInit) {
    this.#init = init;
    this.bytes = init.buffer.subarray(init.from, init.to);
    this.complete = init.complete;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  keep(): () => void {
    this.#isKept = true;
    return this.#init.release;
  }

  position(length: number = this.bytes.length): Position {
    const { buffer, from, to, offset, known, flushed } = this.#init;
    const end = from + length;
    const marker = Buffer.from(buffer.subarray(Math.max(known, end - markerLength), end));
    return { offset: offset + length, marker, flushed: flushed && end === to };
  }
}
