import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import type { OutputContext, SourceOutput } from "./output.ts";
import { Transcoder } from "./transcode.ts";

const newline = Buffer.from("\n");

/** Bytes as they are, straight from the read buffer. */
export class RawOutput implements SourceOutput {
  readonly #context: OutputContext;
  readonly #transcoder = new Transcoder();
  /** Generations with a line that has not ended. */
  readonly #open = new Set<Generation>();

  constructor(context: OutputContext) {
    this.#context = context;
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    const { sink, committed, lines } = this.#context;
    const bytes = this.#transcoder.bytes(generation, chunk);
    const release = bytes === chunk.bytes ? chunk.keep() : undefined;
    const position = chunk.position();
    if (chunk.complete) this.#open.delete(generation);
    else this.#open.add(generation);
    lines(generation.source, countLines(bytes));
    return sink.write(bytes, () => {
      release?.();
      committed(generation, position);
    });
  }

  get isInsideLine(): boolean {
    return this.#open.size > 0;
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    const { sink, committed, lines } = this.#context;
    const rest = this.#transcoder.end(generation);
    if (!this.#open.delete(generation)) {
      committed(generation, position);
      return undefined;
    }
    lines(generation.source, 1);
    const bytes = rest === undefined ? newline : Buffer.concat([rest, newline]);
    return sink.write(bytes, () => committed(generation, position));
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    return this.flush(generation, position);
  }

  /** Nothing is ever kept back. */
  close(): void {}
}

/** Line ends in `bytes`. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
