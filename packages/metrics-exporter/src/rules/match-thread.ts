/**
 * Matching outside the main thread: patterns without a bound, which are given up when they take too long, and texts so long that
 * others would have to wait. One thread for all rules; it is started when it is needed, and few configurations need it.
 */
import type { Worker } from "node:worker_threads";

/** Which pattern on which texts. */
export interface Matching {
  readonly source: string;
  readonly flags: string;
  /** The named groups that are wanted. */
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Milliseconds for one text; one that takes longer is given up. */
  readonly patience?: number;
}

/** What the names captured, null when the text does not match, `late` when it was given up. */
export type Outcome = readonly string[] | null | "late";

/** Texts given up after which the rest of a matching is given up, too: each takes its time and another thread. */
const mostLate = 5;

/** How often a text is looked at before it is given up. */
const looks = 4;

// As a text, so that it needs no file beside the bundle. The shared number tells which text is being worked on.
const workerCode = `
const { parentPort, workerData } = require("node:worker_threads");
const current = new Int32Array(workerData);
const patterns = new Map();
parentPort.on("message", ({ source, flags, names, texts, from }) => {
  const key = flags + "/" + source;
  if (!patterns.has(key)) patterns.set(key, new RegExp(source, flags));
  const pattern = patterns.get(key);
  for (let index = from; index < texts.length; index++) {
    Atomics.store(current, 0, index);
    const match = pattern.exec(texts[index]);
    if (match) parentPort.postMessage([index, names.map((name) => match.groups?.[name] ?? "")]);
  }
  Atomics.store(current, 0, texts.length);
  parentPort.postMessage(undefined);
});
`;

interface Thread {
  readonly worker: Worker;
  /** The text that is being worked on, by its index. */
  readonly current: Int32Array;
}

export class MatchThread {
  #thread: Thread | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** The outcome for each text, in their order; all `late` once the thread is closed. */
  match(matching: Matching): Promise<Outcome[]> {
    const result = this.#queue.then(() => this.#match(matching));
    this.#queue = result.catch(() => {});
    return result;
  }

  /** Gives up what is under way; nothing is matched any more. */
  close(): void {
    this.#isClosed = true;
    void this.#thread?.worker.terminate();
  }

  async #match(matching: Matching): Promise<Outcome[]> {
    const outcomes: Outcome[] = matching.texts.map(() => null);
    let late = 0;
    for (let from = 0; from < outcomes.length; ) {
      const stop = this.#isClosed || late === mostLate ? from : await this.#attempt(matching, from, outcomes);
      if (stop === outcomes.length) break;
      outcomes[stop] = "late";
      if (this.#isClosed || late === mostLate) outcomes.fill("late", stop);
      late++;
      from = stop + 1;
    }
    return outcomes;
  }

  /** Fills in outcomes from `from` on; returns the text at which it had to stop, or the number of texts. */
  #attempt({ patience, ...request }: Matching, from: number, outcomes: Outcome[]): Promise<number> {
    this.#thread ??= startThread();
    const { worker, current } = this.#thread;
    Atomics.store(current, 0, -1);
    return new Promise((resolve) => {
      let seen = -1;
      let idle = 0;
      const watch = setInterval(
        () => {
          const now = Atomics.load(current, 0);
          idle = now === seen ? idle + 1 : 0;
          seen = now;
          if (idle >= looks && now >= 0 && now < outcomes.length) void worker.terminate();
        },
        patience === undefined ? 2 ** 31 - 1 : patience / looks,
      );
      const found = (message: [index: number, captured: string[]] | undefined) => {
        if (message === undefined) settle(outcomes.length);
        else outcomes[message[0]] = message[1];
      };
      // What it had found before it ended has been told by now.
      const ended = () => {
        this.#thread = undefined;
        settle(Math.max(from, Atomics.load(current, 0)));
      };
      const settle = (stop: number) => {
        clearInterval(watch);
        worker.off("message", found).off("exit", ended).unref();
        resolve(stop);
      };
      worker.on("message", found).on("exit", ended);
      worker.ref();
      worker.postMessage({ ...request, from });
    });
  }
}

function startThread(): Thread {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const shared = new SharedArrayBuffer(4);
  const worker = new Worker(workerCode, { eval: true, workerData: shared });
  // Such as no memory for a thread; `exit` follows.
  worker.on("error", () => {});
  return { worker, current: new Int32Array(shared) };
}
