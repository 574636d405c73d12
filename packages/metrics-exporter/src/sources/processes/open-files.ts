/**
 * Files below /proc that every scrape reads. They stay open: reading one again costs a third of opening, reading and closing
 * it. They hold nothing of a process, and once it is gone they fail (ESRCH), also when another one has its PID.
 */
import { closeSync, openSync, readSync } from "node:fs";

export type FileName = "stat" | "status" | "io";

export class OpenFiles {
  /** Descriptors by PID. */
  readonly #processes = new Map<number, Map<FileName, number>>();
  #room: number;

  /** @param most files that stay open: below any usual limit of descriptors, and each keeps a page of the kernel's memory. */
  constructor(most = 512) {
    this.#room = most;
  }

  /** The text of `/proc/PID/NAME`; undefined when the process is gone, or the file may not be read. */
  read(pid: number, name: FileName): string | undefined {
    const known = this.#processes.get(pid)?.get(name);
    const text = known === undefined ? undefined : contents(known);
    if (text !== undefined) return text;
    if (known !== undefined) this.#close(pid);
    return this.#open(pid, name);
  }

  /** Closes the files of all other processes. */
  keepOnly(pids: ReadonlySet<number>): void {
    for (const pid of this.#processes.keys()) if (!pids.has(pid)) this.#close(pid);
  }

  #open(pid: number, name: FileName): string | undefined {
    let file: number;
    try {
      file = openSync(`/proc/${pid}/${name}`, "r");
    } catch {
      return undefined;
    }
    const text = contents(file);
    if (text === undefined || this.#room === 0) closeSync(file);
    else {
      const files = this.#processes.get(pid) ?? new Map<FileName, number>();
      this.#processes.set(pid, files.set(name, file));
      this.#room--;
    }
    return text;
  }

  #close(pid: number): void {
    for (const file of this.#processes.get(pid)?.values() ?? []) {
      closeSync(file);
      this.#room++;
    }
    this.#processes.delete(pid);
  }
}

let buffer = Buffer.allocUnsafeSlow(4096);

/** All of a file of /proc, which is written anew whenever it is read from its beginning; undefined when it cannot be read. */
function contents(file: number): string | undefined {
  try {
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, 0);
      if (length < buffer.length) return buffer.toString("utf8", 0, length);
      buffer = Buffer.allocUnsafeSlow(2 * buffer.length);
    }
  } catch {
    return undefined;
  }
}
