import type { Chunk, Consumer, Generation, Position } from "@outrigger/tail/follow";
import type { Source } from "./config.ts";
import type { OutputContext, SourceOutput } from "./output/output.ts";
import { PrefixOutput } from "./output/prefix.ts";
import { RawOutput } from "./output/raw.ts";

/** Hands the lines of every source to its output. */
export class Outputs implements Consumer {
  /** One stream for all files: half a line of one must not be followed by another's. */
  readonly exclusiveLines = true;
  readonly #context: OutputContext;
  #outputs: readonly SourceOutput[] = [];

  constructor(sources: readonly Source[], context: OutputContext) {
    this.#context = context;
    this.reload(sources);
  }

  reload(sources: readonly Source[]): void {
    this.#outputs = sources.map(({ output }) =>
      output === "raw" ? new RawOutput(this.#context) : new PrefixOutput(this.#context),
    );
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    return this.#of(generation).data(generation, chunk);
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    return this.#of(generation).flush(generation, position);
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    return this.#of(generation).flush(generation, position);
  }

  #of(generation: Generation): SourceOutput {
    return this.#outputs[generation.source] ?? this.#outputs[0]!;
  }
}
