/** Files that somebody else writes metrics into. */
import { constants } from "node:fs";
import { glob, open } from "node:fs/promises";
import path from "node:path";
import type { Family } from "@outrigger/exposition/document";
import { parseOpenMetrics } from "@outrigger/exposition/parse-openmetrics";
import { parseText } from "@outrigger/exposition/parse-text";
import { systemCode } from "@outrigger/runtime/errors";
import { type Reading, type Source, SourceFailure, toFailure } from "./source.ts";

export interface TextfilesConfig {
  /** Paths or globs. */
  readonly files: readonly string[];
  /** Milliseconds since the last change after which a file no longer counts. */
  readonly maxAge?: number | undefined;
}

/** A file as it was when it was last read. */
interface Known {
  /** Modification time, size and inode: while they stay the same, so does the content. */
  readonly version: string;
  readonly families: readonly Family[];
  readonly failure: SourceFailure | undefined;
}

const maxSize = 10 * 1024 * 1024;

export class TextfilesSource implements Source {
  readonly #config: TextfilesConfig;
  #known = new Map<string, Known>();

  constructor(config: TextfilesConfig) {
    this.#config = config;
  }

  async read(): Promise<Reading[]> {
    const files = new Set<string>();
    for (const pattern of this.#config.files) {
      for await (const file of glob(pattern)) files.add(path.resolve(file));
    }
    const readings: Reading[] = [];
    const known = new Map<string, Known>();
    for (const file of [...files].sort()) {
      const began = performance.now();
      const state = await this.#look(file);
      if (state === undefined) continue;
      known.set(file, state.known);
      const failure = state.tooOld
        ? new SourceFailure("too_old", `${file} was not written for too long`)
        : state.known.failure;
      const families = state.tooOld ? [] : state.known.families;
      readings.push({ kind: "textfile", source: file, families, failure, seconds: (performance.now() - began) / 1000 });
    }
    // Files that are gone take their series along.
    this.#known = known;
    return readings;
  }

  /** Undefined when the file is not there (any more), or is no file. */
  async #look(file: string): Promise<{ known: Known; tooOld: boolean } | undefined> {
    const before = this.#known.get(file);
    try {
      // Without waiting: to open a named pipe takes until somebody writes into it.
      const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const stats = await handle.stat({ bigint: true });
        if (!stats.isFile()) return undefined;
        const { ino, mtimeNs } = stats;
        const [mtimeMs, size] = [Number(stats.mtimeMs), Number(stats.size)];
        const tooOld = this.#config.maxAge !== undefined && Date.now() - mtimeMs > this.#config.maxAge;
        const version = `${mtimeNs} ${size} ${ino}`;
        if (before?.version === version) return { known: before, tooOld };
        if (size > maxSize) throw new SourceFailure("too_large", `${file} is larger than 10 MiB`);
        return { known: { version, ...parsed(await handle.readFile("utf8"), before) }, tooOld };
      } finally {
        await handle.close();
      }
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENXIO") return undefined;
      const failure = code === undefined ? toFailure(error) : new SourceFailure("read", `cannot read ${file}: ${code}`);
      return { known: { version: "", families: before?.families ?? [], failure }, tooOld: false };
    }
  }
}

/** What a text says; while it is broken, what its last good version said. */
function parsed(text: string, before: Known | undefined): Pick<Known, "families" | "failure"> {
  try {
    return { families: parseExposition(text), failure: undefined };
  } catch (error) {
    return { families: before?.families ?? [], failure: toFailure(error) };
  }
}

/** OpenMetrics when the text ends as OpenMetrics does, otherwise 0.0.4. @throws ExpositionError */
export function parseExposition(text: string): Family[] {
  return /(?:^|\n)# EOF\n?$/.test(text) ? parseOpenMetrics(text) : parseText(text);
}
