import { IdleTimer } from "@outrigger/records/idle";
import { Redactor } from "@outrigger/records/redact";
import type { Chunk, Generation, Position } from "@outrigger/tail/follow";
import type { RecordSettings } from "../record-keys.ts";
import { Blocks } from "./blocks.ts";
import { InOrder } from "./in-order.ts";
import type { OutputContext, SourceOutput } from "./output.ts";
import { RecordStream } from "./record-stream.ts";

/** A record of a container runtime's pieces, or one without rules, waits this long for its rest. */
const defaultTimeout = 1000;

/** A generation's records, and how far its file has been dealt with. */
interface Following {
  readonly stream: RecordStream;
  readonly timer: IdleTimer;
  /** Behind the last line that has ended. */
  lineEnd: Position | undefined;
  /** Where a line ended without its line end, until something follows. */
  flushedAt: number | undefined;
}

/** Writes the lines of one source as records: joined, parsed, without secrets, in a format. */
export class RecordsOutput implements SourceOutput {
  readonly #settings: RecordSettings;
  readonly #context: OutputContext;
  readonly #redactor: Redactor | undefined;
  readonly #blocks: Blocks;
  readonly #errorBlocks: Blocks;
  readonly #commits = new InOrder();
  readonly #following = new Map<Generation, Following>();
  /** The generation of a path that was read last. */
  readonly #latest = new Map<string, Generation>();

  constructor(settings: RecordSettings, context: OutputContext) {
    this.#settings = settings;
    this.#context = context;
    this.#redactor = settings.redact.length === 0 ? undefined : new Redactor(settings.redact);
    this.#blocks = new Blocks(context.sink);
    this.#errorBlocks = new Blocks(context.errorSink);
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    this.#endPredecessor(generation);
    const following = this.#follow(generation, chunk);
    const { stream } = following;
    if (following.flushedAt !== undefined) {
      if (chunk.position(0).offset > following.flushedAt) stream.lineEnded();
      following.flushedAt = undefined;
    }
    const { length } = chunk.bytes;
    stream.push(chunk.bytes);
    const { pending, unfinished } = stream;
    if (unfinished <= length) following.lineEnd = chunk.position(length - unfinished);
    const position = pending <= length ? chunk.position(length - pending) : undefined;
    if (stream.open) following.timer.touch();
    else following.timer.stop();
    return this.#write(generation, position);
  }

  flush(generation: Generation, position: Position): Promise<void> | undefined {
    const following = this.#following.get(generation);
    if (following === undefined) {
      this.#context.committed(generation, position);
      return undefined;
    }
    const { stream } = following;
    stream.endLine();
    following.flushedAt = position.offset;
    following.lineEnd = position;
    if (stream.open) following.timer.touch();
    return this.#write(generation, stream.pending === 0 ? position : undefined);
  }

  end(generation: Generation, position: Position): Promise<void> | undefined {
    const following = this.#following.get(generation);
    this.#following.delete(generation);
    if (this.#latest.get(generation.file) === generation) this.#latest.delete(generation.file);
    if (following === undefined) {
      this.#context.committed(generation, position);
      return undefined;
    }
    following.timer.stop();
    following.stream.end();
    return this.#write(generation, position);
  }

  /** Only whole records are written. */
  readonly isInsideLine = false;

  close(): void {
    for (const [generation, { stream, timer, lineEnd }] of this.#following) {
      timer.stop();
      stream.end();
      void this.#write(generation, lineEnd);
    }
    this.#following.clear();
  }

  #follow(generation: Generation, chunk: Chunk): Following {
    let following = this.#following.get(generation);
    if (following === undefined) {
      const { longLine, parseError, lines } = this.#context;
      const events = {
        lines: (count: number) => lines(generation.source, count),
        longLine: () => longLine(generation.source, this.#settings.onLongLine),
        parseError: () => parseError(generation.source),
      };
      const stream: RecordStream = new RecordStream(
        this.#settings,
        generation,
        this.#redactor,
        events,
        chunk.position(0).offset === 0,
        (text, isError) => (isError ? this.#errorBlocks : this.#blocks).appendText(text, stream.encoding),
      );
      const timeout = this.#settings.multiline?.timeout ?? defaultTimeout;
      const timer = new IdleTimer(timeout, () => this.#timeOut(generation));
      following = { stream, timer, lineEnd: undefined, flushedAt: undefined };
      this.#following.set(generation, following);
    }
    return following;
  }

  /** A record never spans two generations of a path. */
  #endPredecessor(generation: Generation): void {
    const latest = this.#latest.get(generation.file);
    if (latest !== undefined && latest.id > generation.id) return;
    this.#latest.set(generation.file, generation);
    if (latest === undefined || latest === generation) return;
    this.#endRecord(latest);
  }

  #timeOut(generation: Generation): void {
    // While nothing is read, nothing can be known to be idle.
    if (!this.#context.isHeldUp() && !this.#context.isInsideLine()) this.#endRecord(generation);
    else this.#following.get(generation)?.timer.touch();
  }

  #endRecord(generation: Generation): void {
    const following = this.#following.get(generation);
    if (following === undefined || !following.stream.open) return;
    following.timer.stop();
    following.stream.endRecord();
    void this.#write(generation, following.lineEnd);
  }

  /**
   * Hands over what was appended.
   * @param position behind everything that is part of something written; undefined: it is not known any more
   */
  #write(generation: Generation, position: Position | undefined): Promise<void> | undefined {
    const commit = this.#commits.add(() => {
      if (position !== undefined) this.#context.committed(generation, position);
    });
    const filled = [this.#blocks, this.#errorBlocks].filter((blocks) => !blocks.isEmpty);
    let parts = filled.length;
    if (parts === 0) commit();
    const rooms = filled.map((blocks) =>
      blocks.flush(() => {
        parts--;
        if (parts === 0) commit();
      }),
    );
    const waits = rooms.filter((room) => room !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }
}
