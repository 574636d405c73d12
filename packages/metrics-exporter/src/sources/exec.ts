/** Commands that print metrics, run in the background. */
import { spawn } from "node:child_process";
import type { Family } from "@outrigger/exposition/document";
import { adoptGroup, releaseGroup, signalGroup } from "@outrigger/runtime/process-groups";
import { withLabels } from "./labels.ts";
import { type Reading, type Source, SourceFailure, toFailure } from "./source.ts";
import { parseExposition } from "./textfiles.ts";

export interface ExecConfig {
  readonly command: readonly string[];
  readonly name?: string | undefined;
  /** Milliseconds between two starts. */
  readonly interval: number;
  /** Milliseconds after which a run is ended. */
  readonly timeout: number;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const maxOutput = 2 ** 20;

/**
 * Milliseconds in which what is left of the output is read after the command has ended. It has all been written by then; only
 * a process that left the command's group can hold the output open for longer.
 */
const linger = 300;

export class ExecSource implements Source {
  readonly #config: ExecConfig;
  readonly #label: string;
  #reading: Reading | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The process group of the command that runs. */
  #group: number | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(config: ExecConfig) {
    this.#config = config;
    this.#label = config.name ?? config.command.join(" ");
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The result of the last run that has ended; nothing before the first. */
  async read(): Promise<Reading[]> {
    return this.#reading ? [this.#reading] : [];
  }

  /** Runs once more to its end; for a single pass without a background. */
  async once(): Promise<void> {
    this.#stopped = true;
    await this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#kill();
    await this.#running;
  }

  /** One run, and the timer for the next: never two at a time. */
  async #run(): Promise<void> {
    const began = performance.now();
    let families: readonly Family[] = [];
    let failure: SourceFailure | undefined;
    try {
      families = withLabels(parseExposition(await this.#output()), this.#config.labels);
    } catch (error) {
      failure = toFailure(error);
    }
    const seconds = (performance.now() - began) / 1000;
    this.#reading = { kind: "exec", source: this.#label, families, failure, seconds };
    if (this.#stopped) return;
    const pause = Math.max(0, this.#config.interval - seconds * 1000);
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, pause).unref();
  }

  #output(): Promise<string> {
    const [file = "", ...args] = this.#config.command;
    return new Promise((resolve, reject) => {
      // A group of its own, so that what the command starts ends with it.
      const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"], detached: true });
      this.#group = child.pid;
      if (child.pid !== undefined) adoptGroup(child.pid);
      const chunks: Buffer[] = [];
      let size = 0;
      let failure: SourceFailure | undefined;
      let closing: NodeJS.Timeout | undefined;
      const end = (reason: string, message: string) => {
        failure ??= new SourceFailure(reason, message);
        this.#kill();
      };
      const { timeout } = this.#config;
      const timer = setTimeout(() => end("timeout", `${file} ran longer than ${timeout / 1000} s`), timeout);
      child.stdout.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxOutput) end("too_large", `${file} printed more than 1 MiB`);
        else chunks.push(chunk);
      });
      child.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(new SourceFailure("start", `cannot run ${file}: ${error.code ?? error.message}`));
      });
      child.once("exit", () => {
        clearTimeout(timer);
        // What it has started ends with it.
        this.#kill();
        if (this.#group !== undefined) releaseGroup(this.#group);
        this.#group = undefined;
        // After a standstill of this process timers come first, and reading only then.
        closing = setTimeout(() => setImmediate(() => child.stdout.destroy()), linger);
      });
      child.once("close", (code, signal) => {
        clearTimeout(closing);
        if (failure) reject(failure);
        else if (code !== 0) reject(new SourceFailure("exit", `${file} ended with ${signal ?? `status ${code}`}`));
        else resolve(Buffer.concat(chunks).toString("utf8"));
      });
    });
  }

  /** Ends the command and everything it has started; without effect when nothing runs. */
  #kill(): void {
    if (this.#group !== undefined) signalGroup(this.#group, "SIGKILL");
  }
}
