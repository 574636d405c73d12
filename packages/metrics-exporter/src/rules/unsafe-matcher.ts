/**
 * Matching by a pattern that may take for ever: in a thread of its own, which is ended when it takes too long. The caller
 * waits, so what a batch may take is bounded: nobody's scrape is held up for longer than that.
 */
import type { MessagePort, Worker } from "node:worker_threads";
import { compilePattern } from "@outrigger/runtime/pattern";
import type { Matcher } from "./matcher.ts";

/** Milliseconds for all records of one text together. */
const budget = 100;
/** How long a new thread may take to start; it is not the pattern's fault. */
const startTime = 5000;

// As a text, so that it needs no file beside the bundle. Request and answer are counted in shared memory; the values go
// through the port.
const workerCode = `
const { receiveMessageOnPort, workerData } = require("node:worker_threads");
const { source, flags, names, port, shared } = workerData;
const counts = new Int32Array(shared);
const pattern = new RegExp(source, flags);
for (let seen = 0; ; seen++) {
  Atomics.add(counts, 1, 1);
  Atomics.notify(counts, 1);
  Atomics.wait(counts, 0, seen);
  const match = pattern.exec(receiveMessageOnPort(port).message);
  port.postMessage(match && names.map((name) => match.groups[name] ?? ""));
}
`;

/** Loaded with the first such pattern: most configurations have none. */
function threads(): typeof import("node:worker_threads") {
  return process.getBuiltinModule("node:worker_threads");
}

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** Requests made, answers given (one more for having started). */
  readonly counts: Int32Array;
}

export class UnsafeMatcher implements Matcher {
  readonly names: readonly string[];
  readonly #pattern: RegExp;
  #thread: Thread | undefined;
  #left = budget;
  #timeouts = 0;

  /** @throws PatternError when the syntax is wrong. */
  constructor(source: string) {
    this.#pattern = compilePattern(source, { unsafe: true });
    const names = [...this.#pattern.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map((match) => match[1] as string);
    this.names = [...new Set(names)];
  }

  begin(): void {
    this.#left = budget;
  }

  match(text: string, start: number, end: number, slots: string[]): boolean {
    if (this.#left <= 0) return false;
    this.#thread ??= this.#startThread();
    const { port, counts } = this.#thread;
    const answered = counts[1] as number;
    const began = performance.now();
    port.postMessage(text.substring(start, end));
    Atomics.add(counts, 0, 1);
    Atomics.notify(counts, 0);
    const outcome = Atomics.wait(counts, 1, answered, this.#left);
    this.#left -= performance.now() - began;
    if (outcome === "timed-out") {
      this.#left = 0;
      this.#timeouts++;
      this.close();
      return false;
    }
    const captured = threads().receiveMessageOnPort(port)?.message as string[] | null | undefined;
    if (!captured) return false;
    captured.forEach((value, slot) => {
      slots[slot] = value;
    });
    return true;
  }

  takeTimeouts(): number {
    const timeouts = this.#timeouts;
    this.#timeouts = 0;
    return timeouts;
  }

  close(): void {
    void this.#thread?.worker.terminate();
    this.#thread?.port.close();
    this.#thread = undefined;
  }

  #startThread(): Thread {
    const { MessageChannel, Worker } = threads();
    const { port1, port2 } = new MessageChannel();
    const shared = new SharedArrayBuffer(8);
    const { source, flags } = this.#pattern;
    const worker = new Worker(workerCode, {
      eval: true,
      workerData: { source, flags, names: this.names, port: port2, shared },
      transferList: [port2],
    });
    worker.unref();
    port1.unref();
    const counts = new Int32Array(shared);
    Atomics.wait(counts, 1, 0, startTime);
    return { worker, port: port1, counts };
  }
}
