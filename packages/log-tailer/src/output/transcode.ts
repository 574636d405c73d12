import { TextDecoder } from "node:util";
import type { Chunk, Generation } from "@outrigger/tail/follow";

/** Turns bytes of other encodings into UTF-8. What is UTF-8 already passes unchanged, whether valid or not. */
export class Transcoder {
  /** Decoders of lines that are longer than a chunk, whose pieces may end within a character. */
  readonly #decoders = new Map<Generation, TextDecoder>();

  /** The chunk's bytes in UTF-8: its own buffer, or a new one. */
  bytes(generation: Generation, chunk: Chunk): Buffer {
    const { encoding } = generation;
    if (encoding === "utf-8") return chunk.bytes;
    const decoder =
      this.#decoders.get(generation) ?? new TextDecoder(encoding, { ignoreBOM: chunk.position(0).offset > 0 });
    if (chunk.complete) this.#decoders.delete(generation);
    else this.#decoders.set(generation, decoder);
    return Buffer.from(decoder.decode(chunk.bytes, { stream: !chunk.complete }));
  }

  /** What a line that ends in the middle of a character leaves: U+FFFD, or nothing. */
  end(generation: Generation): Buffer | undefined {
    const rest = this.#decoders.get(generation)?.decode();
    this.#decoders.delete(generation);
    return rest ? Buffer.from(rest) : undefined;
  }
}
