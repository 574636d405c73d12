/** Programs that follow files, started and ended for one measurement. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../../test/harness/eventually.ts";
import { type Program, shippedTool } from "../start-up/programs.ts";

/** log-tailer as its image starts it. */
export function shippedTailer(directory: string, args: readonly string[]): Program {
  const home = join(directory, "program");
  if (!existsSync(home)) mkdirSync(home);
  return shippedTool("log-tailer", [...args], home);
}

/** log-tailer without an admin port, which `tail` has none of either. */
export function ourTailer(directory: string, files: readonly string[], options: readonly string[] = []): Program {
  return shippedTailer(directory, [...files, "--set", "logs.admin.port=0", ...options]);
}

export function gnuTail(file: string): Program {
  return { argv: ["tail", "-n", "+1", "-F", file], env: {} };
}

/** A process that follows files. What it writes can be waited for, unless it goes to a descriptor that was given. */
export class Tailer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Bytes of its output so far. */
  bytes = 0;
  /** Called with every piece of output. */
  onData: () => void = () => {};

  constructor({ argv, env }: Program, output: "pipe" | number = "pipe") {
    const [file = "", ...args] = argv;
    this.#child = spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", output, "ignore"] });
    this.#ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdout?.on("data", (piece: Buffer) => {
      this.bytes += piece.length;
      this.onData();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for so many bytes in all. */
  async wrote(bytes: number): Promise<void> {
    await eventually(() => {
      if (this.bytes < bytes) throw new Error(`${this.bytes} of ${bytes} bytes came`);
    });
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/**
 * Runs a measurement on a tailer that has shown what there was, and has come to rest: files that changed less than two seconds ago
 * are looked at more closely.
 */
export async function atRest<T>(
  program: Program,
  bytes: number,
  measure: (tailer: Tailer) => Promise<T>,
  settledMs = 3000,
): Promise<T> {
  const tailer = new Tailer(program);
  try {
    await tailer.wrote(bytes);
    await delay(settledMs);
    return await measure(tailer);
  } finally {
    await tailer.stop();
  }
}
