/** Joins lines to records of several lines, file by file, in front of the rules. */
import { IdleTimer } from "@outrigger/records/idle";
import { LineJoiner } from "@outrigger/records/joiner";
import { classifierOf } from "@outrigger/records/multiline";
import type { Generation } from "@outrigger/tail/follow";
import type { MultilineConfig } from "../config/multiline-schema.ts";

/** Characters of a record; what follows is the next one. */
const maxSize = 2 ** 20;

interface OpenFile {
  readonly joiner: LineJoiner;
  readonly idle: IdleTimer;
}

export class RecordJoiner {
  readonly #config: MultilineConfig;
  readonly #emit: (record: string, file: string) => void;
  readonly #files = new Map<number, OpenFile>();

  /** @param emit takes each record, its lines joined by line feeds. */
  constructor(config: MultilineConfig, emit: (record: string, file: string) => void) {
    this.#config = config;
    this.#emit = emit;
  }

  lines(text: string, generation: Generation): void {
    const file = this.#file(generation);
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) file.joiner.push(line.endsWith("\r") ? line.slice(0, -1) : line, line.length + 1);
    // Also the last record of a file is shown before long, not only when the next one begins.
    file.idle.touch();
  }

  end(generation: Generation): void {
    const file = this.#files.get(generation.id);
    if (!file) return;
    file.joiner.flush();
    file.idle.stop();
    this.#files.delete(generation.id);
  }

  /** Gives out what is in progress; nothing more comes. */
  close(): void {
    for (const { joiner, idle } of this.#files.values()) {
      joiner.flush();
      idle.stop();
    }
    this.#files.clear();
  }

  #file(generation: Generation): OpenFile {
    const known = this.#files.get(generation.id);
    if (known) return known;
    const { rule, timeout, maxLines } = this.#config;
    const joiner = new LineJoiner({
      classifier: classifierOf(rule),
      maxLines,
      maxSize,
      emit: (lines) => this.#emit(lines.join("\n"), generation.file),
    });
    const file = { joiner, idle: new IdleTimer(timeout, () => joiner.flush()) };
    this.#files.set(generation.id, file);
    return file;
  }
}
