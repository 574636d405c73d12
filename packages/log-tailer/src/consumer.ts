import { isDeepStrictEqual } from "node:util";
import type { Chunk, Consumer, Generation, Position } from "@outrigger/tail/follow";
import { labelOf, type Source } from "./config.ts";
import type { RateLimiter } from "./limit/rate-limiter.ts";
import { Outlet } from "./output/outlet.ts";
import type { OutputContext, SourceOutput } from "./output/output.ts";
import { outputOf } from "./output/select.ts";
import type { Sinks } from "./output/sinks.ts";

/** What outputs report to, and the streams that they write to. */
export interface Outlets extends Omit<OutputContext, "sink" | "errorSink" | "isInsideLine" | "isHeldUp"> {
  readonly sinks: Sinks;
  readonly limiter: RateLimiter;
  /** So many bytes of the source with this label were taken by the kernel. */
  readonly written: (label: string, bytes: number) => void;
  /** The rate limit left out a line of the source with this label. */
  readonly dropped: (label: string) => void;
}

/** Hands the lines of every source to its output. */
export class Outputs implements Consumer {
  /** One stream for all files: half a line of one must not be followed by another's. */
  readonly exclusiveLines = true;
  readonly #outlets: Outlets;
  #sources: readonly Source[] = [];
  /** One for each of the sources. */
  #outputs: readonly SourceOutput[] = [];

  constructor(sources: readonly Source[], outlets: Outlets) {
    this.#outlets = outlets;
    this.reload(sources);
  }

  /** The sources that have files: those of the configuration, then those that are only read to their end. */
  get sources(): readonly Source[] {
    return this.#sources;
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

  #contextOf(source: Source): OutputContext {
    const { sinks, limiter, written, dropped, ...rest } = this.#outlets;
    const label = labelOf(source);
    const events = { written: (bytes: number) => written(label, bytes), dropped: () => dropped(label) };
    return {
      ...rest,
      sink: new Outlet(source.stream === "stderr" ? sinks.stderr : sinks.stdout, limiter, events),
      errorSink: new Outlet(source.stream === "stdout" ? sinks.stdout : sinks.stderr, limiter, events),
      isInsideLine: () => this.#outputs.some(({ isInsideLine }) => isInsideLine),
      isHeldUp: () => sinks.isHeldUp,
    };
  }

  #of(generation: Generation): SourceOutput {
    return this.#outputs[generation.source]!;
  }
}
