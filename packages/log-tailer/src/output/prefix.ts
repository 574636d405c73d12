import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import { Blocks } from "./blocks.ts";
import { labelOf } from "./label.ts";
import type { OutputContext, SourceOutput } from "./output.ts";
import { Transcoder } from "./transcode.ts";

const newline = Buffer.from("\n");

/** `[name] ` before every line; the lines themselves are copied as bytes. */
export class PrefixOutput implements SourceOutput {
  readonly #context: OutputContext;
  readonly #blocks: Blocks;
  readonly #transcoder = new Transcoder();
  readonly #labels = new Map<string, Buffer>();
  /** Generations with a line that has not ended. */
  readonly #open = new Set<Generation>();

  constructor(context: OutputContext) {
    this.#context = context;
    this.#blocks = new Blocks(context.sink);
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    const bytes = this.#transcoder.bytes(generation, chunk);
    const position = chunk.position();
    const label = this.#label(generation.name);
    let isInside = this.#open.has(generation);
    let lines = 0;
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(0x0a, from) + 1 || bytes.length;
      if (!isInside) this.#blocks.append(label, 0, label.length);
      this.#blocks.append(bytes, from, end);
      isInside = false;
      lines++;
      from = end;
    }
    if (chunk.complete) this.#open.delete(generation);
    else this.#open.add(generation);
    this.#context.lines(generation.source, chunk.complete ? lines : lines - 1);
    return this.#flush(generation, position);
  }

  get isInsideLine(): boolean {
    return this.#open.size > 0;
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    const { committed, lines } = this.#context;
    const rest = this.#transcoder.end(generation);
    if (!this.#open.delete(generation)) {
      committed(generation, position);
      return undefined;
    }
    lines(generation.source, 1);
    if (rest !== undefined) this.#blocks.append(rest, 0, rest.length);
    this.#blocks.append(newline, 0, 1);
    return this.#flush(generation, position);
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    return this.flush(generation, position);
  }

  /** Nothing is ever kept back. */
  close(): void {}

  #flush(generation: Generation, position: Position): Promise<void> | undefined {
    return this.#blocks.flush(() => this.#context.committed(generation, position));
  }

  #label(name: string): Buffer {
    let label = this.#labels.get(name);
    if (label === undefined) {
      label = Buffer.from(labelOf(name));
      this.#labels.set(name, label);
    }
    return label;
  }
}
