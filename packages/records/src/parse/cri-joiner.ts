import { cutAt, fits, type LongLine } from "../lines/limit.ts";
import { type CriLine, readCri } from "./cri.ts";

export interface CriJoinerOptions {
  /** Longest message in bytes of UTF-8; no limit by default. */
  readonly maxLine?: number;
  readonly onLongLine?: LongLine;
  /** Told once for every message that is longer than `maxLine`. */
  readonly onLong?: () => void;
  /**
   * Takes a line in which nothing is missing any more.
   *
   * @param line a CRI line with the first piece's time, or whatever else was in the file.
   * @param length bytes of the file up to which everything has been given out, since the last call.
   */
  readonly emit: (line: string, length: number) => void;
}

/** The beginning of a message whose end has not come. */
interface Open {
  readonly head: string;
  message: string;
  /** The message is too long already: the rest is left out. */
  full: boolean;
}

/** Joins the pieces (`P`) that a container runtime makes of long lines, per stream, however the streams interleave. */
export class CriJoiner {
  readonly #options: CriJoinerOptions;
  readonly #open = new Map<string, Open>();
  /** Bytes of lines whose message, or one that began before it, is not complete. */
  #owed = 0;

  constructor(options: CriJoinerOptions) {
    this.#options = options;
  }

  /** Whether a message is not complete. */
  get open(): boolean {
    return this.#open.size > 0;
  }

  /** Bytes of the file taken that were not accounted for in a call of `emit`. */
  get pending(): number {
    return this.#owed;
  }

  push(line: string, length: number): void {
    this.#owed += length;
    const cri = readCri(line);
    const open = cri && this.#open.get(cri.stream);
    if (cri === undefined || (!cri.partial && open === undefined)) {
      this.#emit(line);
      return;
    }
    const message = open ?? { head: `${cri.time} ${cri.stream} F `, message: "", full: false };
    this.#open.set(cri.stream, message);
    this.#append(message, cri);
    if (cri.partial) return;
    this.#open.delete(cri.stream);
    this.#finish(message);
  }

  /** Gives out what there is, because nothing came for a while or the file has ended. */
  flush(): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const message of open) this.#finish(message);
  }

  #append(open: Open, cri: CriLine): void {
    const { maxLine = Number.POSITIVE_INFINITY, onLongLine = "truncate", onLong } = this.#options;
    if (open.full) return;
    const message = open.message + cri.message;
    if (fits(message, maxLine)) {
      open.message = message;
      return;
    }
    onLong?.();
    if (onLongLine === "split") {
      // The pieces are no longer than the runtime made them, and joined they give the line.
      if (open.message !== "") this.#emit(open.head + open.message);
      open.message = cri.message;
      return;
    }
    open.full = true;
    open.message = onLongLine === "drop" ? "" : message.slice(0, cutAt(message, maxLine));
  }

  #finish(open: Open): void {
    if (open.full && this.#options.onLongLine === "drop") return;
    this.#emit(open.head + open.message);
  }

  /** Bytes are accounted for when no message that began before them is open. */
  #emit(line: string): void {
    const length = this.open ? 0 : this.#owed;
    this.#owed -= length;
    this.#options.emit(line, length);
  }
}
