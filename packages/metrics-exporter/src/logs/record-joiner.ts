/** Joins lines to records of several lines, file by file, in front of the rules. */
import { IdleTimer } from "@outrigger/records/idle";
import { LineJoiner } from "@outrigger/records/joiner";
import { classifierOf } from "@outrigger/records/multiline";
import type { MultilineConfig } from "../config/multiline-schema.ts";
import type { Extent } from "./text-consumer.ts";

/** What lines are told apart by: a generation of the follower. */
interface Origin {
  readonly id: number;
  readonly file: string;
}

interface OpenFile<G> {
  readonly generation: G;
  readonly joiner: LineJoiner;
  readonly idle: IdleTimer;
  /** Records that are complete and not yet given to the rules. */
  readonly complete: CompleteRecord[];
  /** Lines are on their way: the record in progress is not to be touched. */
  isBusy: boolean;
}

interface CompleteRecord {
  readonly text: string;
  /** Bytes that it took in the file. */
  readonly length: number;
}

/** What becomes of records. */
export interface RecordSink<G> {
  /** One record, its lines joined by line feeds; `counted` is called at the moment when it is counted. */
  record(text: string, file: string, counted: () => void): Promise<void> | undefined;
  /** No record of this file is in progress any more, although no other line came. */
  settled(generation: G): void;
}

/** Characters of a record; what follows is the next one. */
const maxSize = 2 ** 20;
/** Characters of a line that tell whether it begins a record. Bounded, because the user's pattern is matched right here. */
const judged = 2048;
/** Milliseconds of joining after which others get their turn. */
const slice = 10;

export class RecordJoiner<G extends Origin> {
  readonly #config: MultilineConfig;
  readonly #sink: RecordSink<G>;
  readonly #files = new Map<number, OpenFile<G>>();

  constructor(config: MultilineConfig, sink: RecordSink<G>) {
    this.#config = config;
    this.#sink = sink;
  }

  /** Takes whole lines. A record counts when the next one begins, or when nothing came for a while. */
  async lines(text: string, generation: G, extent: Extent): Promise<void> {
    const file = this.#file(generation);
    const { joiner, idle } = file;
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const lengths = extent.lengths();
    let settled = -joiner.pending;
    const counted = (length: number) => {
      settled += length;
      extent.settled(settled);
    };
    idle.stop();
    file.isBusy = true;
    let until = performance.now() + slice;
    for (const [index, line] of lines.entries()) {
      const content = line.endsWith("\r") ? line.slice(0, -1) : line;
      joiner.push(content, lengths[index] ?? 0, content.length > judged ? content.slice(0, judged) : content);
      if (file.complete.length > 0) {
        const work = this.#give(file, counted);
        if (work) await work;
      }
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + slice;
    }
    file.isBusy = false;
    // Also the last record of a file is shown before long, not only when the next one begins.
    idle.touch();
  }

  async end(generation: G): Promise<void> {
    const file = this.#files.get(generation.id);
    if (!file) return;
    await this.#finish(file);
    this.#files.delete(generation.id);
  }

  /** Gives out what is in progress; nothing more comes. Lines that are on their way are not waited for. */
  async close(): Promise<void> {
    for (const file of this.#files.values()) if (!file.isBusy) await this.#finish(file);
    this.#files.clear();
  }

  #finish(file: OpenFile<G>): Promise<void> | undefined {
    const { joiner, idle, generation } = file;
    idle.stop();
    joiner.flush();
    return this.#give(file, () => {
      if (file.complete.length === 0) this.#sink.settled(generation);
    });
  }

  /** Gives the complete records to the rules, one after another. */
  #give(file: OpenFile<G>, counted: (length: number) => void): Promise<void> | undefined {
    const { complete, generation } = file;
    for (let record = complete.shift(); record; record = complete.shift()) {
      const { text, length } = record;
      const work = this.#sink.record(text, generation.file, () => counted(length));
      if (work) return work.then(() => this.#give(file, counted));
    }
    return undefined;
  }

  #file(generation: G): OpenFile<G> {
    const known = this.#files.get(generation.id);
    if (known) return known;
    const { rule, timeout, maxLines } = this.#config;
    const complete: CompleteRecord[] = [];
    const joiner = new LineJoiner({
      classifier: classifierOf(rule),
      maxLines,
      maxSize,
      emit: (lines, length) => complete.push({ text: lines.join("\n"), length }),
    });
    const idle = new IdleTimer(timeout, () => void this.#finish(file));
    const file = { generation, joiner, idle, complete, isBusy: false };
    this.#files.set(generation.id, file);
    return file;
  }
}
