import { closeSync, constants, openSync } from "node:fs";
import { descriptors } from "@outrigger/runtime/descriptors";
import type { Log } from "@outrigger/runtime/log";
import { statPath } from "./identity.ts";
import { systemPath } from "./names.ts";

/** Opening must never wait: without O_NONBLOCK a FIFO that took the place of a file would. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const shortage = "they are read in turns, slower; raise the limit (ulimit -n)";

/** Descriptors that are left to probes, checkpoints and watches, unless there are very few. */
const reserve = 16;

/** Opens files, and says once per path why one cannot be read. */
export class Opener {
  readonly #log: Log;
  readonly #makeRoom: () => boolean;
  readonly #reported = new Set<string>();
  /** Descriptors from this number on are not for files. */
  readonly #end = endOfDescriptors();
  #isShort = false;

  /** @param makeRoom closes a descriptor that is not needed now; false when there is none */
  constructor(log: Log, makeRoom: () => boolean) {
    this.#log = log;
    this.#makeRoom = makeRoom;
  }

  /** Some file was not opened since the last call, because no descriptor could be spared. */
  takeShortage(): boolean {
    const isShort = this.#isShort;
    this.#isShort = false;
    return isShort;
  }

  /**
   * A descriptor; `gone` when nothing has this name any more; undefined when the file cannot be opened now, and is to be
   * tried again at the next scan.
   */
  open(path: string): number | "gone" | undefined {
    for (;;) {
      try {
        const fd = openSync(systemPath(path), readOnly);
        // The kernel gives the lowest number that is free.
        if (fd < this.#end) {
          this.#reported.delete(path);
          return fd;
        }
        closeSync(fd);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EMFILE" && code !== "ENFILE") {
          if (code === "ENOENT" || code === "ENOTDIR") return "gone";
          this.report(path, explainFailure(path, error as Error));
          return undefined;
        }
      }
      if (this.#makeRoom()) continue;
      this.#isShort = true;
      this.#reportOnce(shortage, `${path} is one of more files than there are descriptors: ${shortage}`, path);
      return undefined;
    }
  }

  /** One warning per path until it could be opened. */
  report(path: string, message: string): void {
    this.#reportOnce(path, message, path);
  }

  /** The same about a file that is known or was opened, and failed later. */
  reportUnreadable(path: string, error: unknown): void {
    this.report(path, `cannot read ${path}: ${(error as Error).message}; it is tried again`);
  }

  #reportOnce(key: string, message: string, file: string): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#log.warn(message, { file });
  }
}

/** Why a file cannot be opened, and what to change, in one sentence. */
export function explainFailure(path: string, error: NodeJS.ErrnoException): string {
  if (error.code !== "EACCES" && error.code !== "EPERM") return `cannot open ${path}: ${error.message}`;
  const reader = `uid ${process.getuid?.()} gid ${process.getgid?.()}`;
  try {
    const { owner, mode } = statPath(path);
    const rights = (mode & 0o7777).toString(8).padStart(4, "0");
    return (
      `cannot read ${path}: it belongs to uid ${owner} with mode ${rights}, and we are ${reader}: ` +
      "set fsGroup for the pod and umask 0027 for the application, or run as the same user"
    );
  } catch {
    return `cannot read ${path}: its directory cannot be entered as ${reader}`;
  }
}

/** Half of the few that are free are enough for everything else. */
function endOfDescriptors(): number {
  const { limit, open } = descriptors();
  return limit - Math.min(reserve, Math.floor((limit - open) / 2));
}
