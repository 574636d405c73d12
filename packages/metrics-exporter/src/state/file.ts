/** The file in which counters and file positions survive a restart. */
import { readFile, rename, stat } from "node:fs/promises";
import path from "node:path";
import { writeAtomically } from "@outrigger/runtime/atomic-write";
import { RuntimeFailure, systemCode } from "@outrigger/runtime/errors";
import type { Log } from "@outrigger/runtime/log";
import { parseState, type SavedState } from "./saved-state.ts";

/** Errors that go away by themselves; with any other the path can never work. */
const passing = new Set(["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE"]);

export class StateFile {
  readonly #path: string;

  private constructor(file: string) {
    this.#path = file;
  }

  /** A directory gets a file of the tool's name in it. */
  static async at(place: string): Promise<StateFile> {
    const isDirectory = await stat(place).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    return new StateFile(isDirectory ? path.join(place, "metrics-exporter.json") : place);
  }

  /**
   * What was saved last; undefined without a file. One that cannot be used is set aside with a warning.
   *
   * @throws RuntimeFailure when the file is there and cannot be read.
   */
  async load(log: Log): Promise<SavedState | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw this.#failure("read", error);
    }
    const state = parseState(text);
    if (state) return state;
    const aside = `${this.#path}.damaged-${Date.now()}`;
    await rename(this.#path, aside).catch((error: unknown) => {
      throw this.#failure("set aside", error);
    });
    log.warn("the state file is damaged or not ours: it is set aside and counting starts afresh", {
      file: this.#path,
      aside,
    });
    return undefined;
  }

  /** Replaces the file; rejects with the system's error. */
  async save(state: SavedState): Promise<void> {
    await writeAtomically(this.#path, JSON.stringify(state), { mode: 0o600 });
  }

  /** The failure to start with when an error of `save` means that the path can never work. */
  permanent(error: unknown): RuntimeFailure | undefined {
    return passing.has(systemCode(error) ?? "") ? undefined : this.#failure("write", error);
  }

  #failure(verb: string, cause: unknown): RuntimeFailure {
    const reason =
      {
        ENOENT: "its directory does not exist",
        ENOTDIR: "a part of its path is no directory",
        EACCES: "permission denied",
        EPERM: "permission denied",
        EROFS: "the file system is read-only",
        EISDIR: "it is a directory",
      }[systemCode(cause) ?? ""] ?? String((cause as Error).message);
    const advice = "mount a writable volume there, or set metrics.state to another path or to off";
    return new RuntimeFailure(
      "state",
      `cannot ${verb} the state file ${this.#path} (metrics.state): ${reason}; ${advice}`,
      {
        cause,
      },
    );
  }
}
