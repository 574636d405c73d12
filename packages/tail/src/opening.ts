import { constants, openSync } from "node:fs";
import type { Log } from "@outrigger/runtime/log";
import { statPath } from "./identity.ts";
import { systemPath } from "./names.ts";

/** Opening must never wait: without O_NONBLOCK a FIFO that took the place of a file would. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens files, and says once per path why one cannot be read. */
export class Opener {
  readonly #log: Log;
  readonly #makeRoom: () => boolean;
  readonly #reported = new Set<string>();

  /** @param makeRoom closes a descriptor that is not needed now; false when there is none */
  constructor(log: Log, makeRoom: () => boolean) {
    this.#log = log;
    this.#makeRoom = makeRoom;
  }

  /** A descriptor, or undefined when the file cannot be opened now; it is to be tried again at the next scan. */
  open(path: string): number | undefined {
    for (;;) {
      try {
        const fd = openSync(systemPath(path), readOnly);
        this.#reported.delete(path);
        return fd;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code === "EMFILE" || code === "ENFILE") && this.#makeRoom()) continue;
        if (code !== "ENOENT" && code !== "ENOTDIR") this.report(path, explainFailure(path, error as Error));
        return undefined;
      }
    }
  }

  /** One warning per path until it could be opened. */
  report(path: string, message: string): void {
    if (this.#reported.has(path)) return;
    this.#reported.add(path);
    this.#log.warn(message, { file: path });
  }
}

/** Why a file cannot be opened, and what to change, in one sentence. */
export function explainFailure(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === "EMFILE" || error.code === "ENFILE") {
    return `cannot open ${path}: no file descriptors left: raise the limit (ulimit -n)`;
  }
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
