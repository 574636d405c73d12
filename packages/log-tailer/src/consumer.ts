import { isDeepStrictEqual } from "node:util";
import type { Chunk, Consumer, Generation, Position } from "@outrigger/tail/follow";
import type { Source } from "./config.ts";
import type { OutputContext, SourceOutput } from "./output/output.ts";
import { outputOf } from "./output/select.ts";
import type { Sinks } from "./output/sinks.ts";

/** What outputs report to, and the streams that they write to. */
export interface Outlets extends Omit<OutputContext, "sink" | "errorSink" | "isInsideLine"> {
  readonly sinks: Sinks;
}

/** Hands the lines of every source to its output. */
export class Outputs implements Consumer {
  /** One stream for all files: half a line of one must not be followed by another's. */
  readonly exclusiveLines = true;
  readonly #outlets: Outlets;
  #sources: readonly Source[] = [];
  #outputs: readonly SourceOutput[] = [];

  constructor(sources: readonly Source[], outlets: Outlets) {
    this.#outlets = outlets;
    this.reload(sources);
  }

  /** Sources that stay as they are keep their output, with the records in progress. */
  reload(sources: readonly Source[]): void {
    const before = this.#outputs;
    this.#outputs = sources.map((source) => {
      const same = this.#sources.findIndex((other) => isDeepStrictEqual(other, source));
      return before[same] ?? outputOf(source, this.#contextOf(source));
    });
    this.#sources = sources;
    for (const output of before) if (!this.#outputs.includes(output)) output.close();
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    return this.#of(generation).data(generation, chunk);
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    return this.#of(generation).flush(generation, position);
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    return this.#of(generation).end(generation, position);
  }

  #contextOf({ stream }: Source): OutputContext {
    const { sinks, ...rest } = this.#outlets;
    return {
      ...rest,
      sink: stream === "stderr" ? sinks.stderr : sinks.stdout,
      errorSink: stream === "stdout" ? sinks.stdout : sinks.stderr,
      isInsideLine: () => this.#outputs.some(({ isInsideLine }) => isInsideLine),
    };
  }

  #of(generation: Generation): SourceOutput {
    return this.#outputs[generation.source] ?? this.#outputs[0]!;
  }
}
