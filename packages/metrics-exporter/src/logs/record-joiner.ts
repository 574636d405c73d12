/** Joins lines to records of several lines, file by file, in front of the rules. */
import { IdleTimer } from "@outrigger/records/idle";
import { LineJoiner } from "@outrigger/records/joiner";
import { classifierOf } from "@outrigger/records/multiline";
import type { MultilineConfig } from "../config/multiline-schema.ts";

/** What lines are told apart by: a generation of the follower. */
interface Origin {
  readonly id: number;
  readonly file: string;
}

interface OpenFile<G> {
  readonly generation: G;
  readonly joiner: LineJoiner;
  readonly idle: IdleTimer;
}

/** What becomes of records. */
export interface RecordSink<G> {
  /** One record, its lines joined by line feeds. */
  record(text: string, file: string): void;
  /** No record of this file is in progress any more, although no other line came. */
  settled(generation: G): void;
}

/** Characters of a record; what follows is the next one. */
const maxSize = 2 ** 20;

export class RecordJoiner<G extends Origin> {
  readonly #config: MultilineConfig;
  readonly #sink: RecordSink<G>;
  readonly #files = new Map<number, OpenFile<G>>();

  constructor(config: MultilineConfig, sink: RecordSink<G>) {
    this.#config = config;
    this.#sink = sink;
  }

  /** Returns the bytes that the record in progress took. */
  lines(text: string, generation: G, lengths: readonly number[]): number {
    const { joiner, idle } = this.#file(generation);
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    lines.forEach((line, index) => {
      joiner.push(line.endsWith("\r") ? line.slice(0, -1) : line, lengths[index] ?? 0);
    });
    // Also the last record of a file is shown before long, not only when the next one begins.
    idle.touch();
    return joiner.pending;
  }

  end(generation: G): void {
    const file = this.#files.get(generation.id);
    if (!file) return;
    this.#finish(file);
    this.#files.delete(generation.id);
  }

  /** Gives out what is in progress; nothing more comes. */
  close(): void {
    for (const file of this.#files.values()) this.#finish(file);
    this.#files.clear();
  }

  #finish({ joiner, idle, generation }: OpenFile<G>): void {
    idle.stop();
    joiner.flush();
    this.#sink.settled(generation);
  }

  #file(generation: G): OpenFile<G> {
    const known = this.#files.get(generation.id);
    if (known) return known;
    const { rule, timeout, maxLines } = this.#config;
    const joiner = new LineJoiner({
      classifier: classifierOf(rule),
      maxLines,
      maxSize,
      emit: (lines) => this.#sink.record(lines.join("\n"), generation.file),
    });
    const idle = new IdleTimer(timeout, () => {
      joiner.flush();
      this.#sink.settled(generation);
    });
    const file = { generation, joiner, idle };
    this.#files.set(generation.id, file);
    return file;
  }
}
