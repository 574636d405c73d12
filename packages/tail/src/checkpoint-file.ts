import { readFileSync } from "node:fs";
import { writeAtomically } from "@outrigger/runtime/atomic-write";
import type { Log } from "@outrigger/runtime/log";
import type { Checkpoint, CheckpointEntry } from "./types.ts";

/** Milliseconds between two saves at most, while there is progress. */
const saveInterval = 1000;
/** Offsets tell who wrote how much: they are nobody else's business. */
const fileMode = 0o600;

/**
 * The offsets of an earlier run, or undefined when there are none. A file that cannot be used is warned about and
 * ignored; it is replaced by the next save.
 */
export function loadCheckpoint(file: string, log: Log): Checkpoint | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    log.warn(`the checkpoint cannot be read: ${(error as Error).message}; files are read as if there were none`, {
      file,
    });
    return undefined;
  }
  try {
    return checkpointOf(JSON.parse(text));
  } catch (error) {
    log.warn(`the checkpoint is not usable: ${(error as Error).message}; files are read as if there were none`, {
      file,
    });
    return undefined;
  }
}

/** Saves a checkpoint at most one second after progress: atomically, so that it is valid at every moment. */
export class CheckpointFile {
  readonly #file: string;
  readonly #take: () => Checkpoint;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #saved = "";
  #saving: Promise<void> | undefined;
  #hasFailed = false;

  /** @param take gives the present state */
  constructor(file: string, take: () => Checkpoint, log: Log) {
    this.#file = file;
    this.#take = take;
    this.#log = log;
    this.#timer = setInterval(() => void this.save(), saveInterval / 2);
    this.#timer.unref();
  }

  /** Saves what has changed. Never rejects: a file that cannot be written is warned about once, and tried again. */
  save(): Promise<void> {
    this.#saving ??= this.#write().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** The last save. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saving;
    await this.save();
  }

  async #write(): Promise<void> {
    const checkpoint = this.#take();
    const entries = JSON.stringify(checkpoint.entries);
    if (entries === this.#saved) return;
    try {
      await writeAtomically(this.#file, `${JSON.stringify(checkpoint)}\n`, { mode: fileMode });
      this.#saved = entries;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.warn(`the checkpoint cannot be written: ${(error as Error).message}; it is tried again`, {
          file: this.#file,
        });
      }
      this.#hasFailed = true;
    }
  }
}

/** What was saved, if it is a checkpoint. @throws Error when it is none, or is damaged */
export function checkpointOf(value: unknown): Checkpoint {
  const { version, savedAt, entries } = Object(value) as Partial<Checkpoint>;
  if (version !== 1) throw new Error(version === undefined ? "it is no checkpoint" : `its version is ${version}`);
  if (typeof savedAt !== "number" || !Array.isArray(entries) || !entries.every(isEntry))
    throw new Error("it is damaged");
  return { version, savedAt, entries };
}

const texts = ["path", "file", "name", "device", "inode", "born", "prefixHash", "marker"] as const;
const counts = ["prefixLength", "offset"] as const;

function isEntry(value: unknown): value is CheckpointEntry {
  const entry = Object(value) as Record<string, unknown>;
  return (
    texts.every((key) => typeof entry[key] === "string") &&
    counts.every((key) => Number.isSafeInteger(entry[key]) && (entry[key] as number) >= 0) &&
    typeof entry.flushed === "boolean" &&
    (entry.kind === "read" || entry.kind === "copy")
  );
}
