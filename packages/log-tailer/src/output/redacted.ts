import type { Redactor } from "@outrigger/records/redact";
import { ByteRedactor } from "@outrigger/records/redact-bytes";
import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import type { OutputContext, SourceOutput } from "./output.ts";
import { countLines } from "./raw.ts";
import { Transcoder } from "./transcode.ts";

const newline = Buffer.from("\n");

/** Bytes as they are but for secrets. Of a line that has not ended, some are kept back: a secret may be among them. */
export class RedactedOutput implements SourceOutput {
  readonly #context: OutputContext;
  readonly #redactor: Redactor;
  readonly #transcoder = new Transcoder();
  /** Generations with a line that has not ended. */
  readonly #open = new Map<Generation, ByteRedactor>();

  constructor(redactor: Redactor, context: OutputContext) {
    this.#redactor = redactor;
    this.#context = context;
  }

  get isInsideLine(): boolean {
    return this.#open.size > 0;
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    const redactor = this.#open.get(generation) ?? new ByteRedactor(this.#redactor);
    const bytes = redactor.push(this.#transcoder.bytes(generation, chunk));
    const release = chunk.keep();
    if (chunk.complete) this.#open.delete(generation);
    else this.#open.set(generation, redactor);
    this.#context.lines(generation.source, countLines(bytes));
    return this.#write(generation, bytes, positionBehind(generation, chunk, redactor.pending), release);
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    const redactor = this.#open.get(generation);
    const rest = this.#transcoder.end(generation);
    if (redactor === undefined) {
      this.#context.committed(generation, position);
      return undefined;
    }
    this.#open.delete(generation);
    this.#context.lines(generation.source, 1);
    const begun = rest === undefined ? [] : [redactor.push(rest)];
    return this.#write(generation, Buffer.concat([...begun, redactor.flush(), newline]), position);
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    return this.flush(generation, position);
  }

  close(): void {
    for (const [generation, redactor] of this.#open) {
      void this.#write(generation, Buffer.concat([redactor.flush(), newline]), undefined);
    }
    this.#open.clear();
  }

  #write(
    generation: Generation,
    bytes: Buffer,
    position: Position | undefined,
    release?: () => void,
  ): Promise<void> | undefined {
    const { sink, committed } = this.#context;
    return sink.write(bytes, () => {
      release?.();
      if (position !== undefined) committed(generation, position);
    });
  }
}

/** What is kept back is not dealt with. How many bytes of the file it was is known only if none were transcoded. */
function positionBehind({ encoding }: Generation, chunk: Chunk, pending: number): Position | undefined {
  const { length } = chunk.bytes;
  if (pending === 0) return chunk.position();
  return encoding === "utf-8" && pending <= length ? chunk.position(length - pending) : undefined;
}
