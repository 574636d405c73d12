/** The shape of a benchmark; each `bench/<tool>.ts` exports `cases: BenchCase[]`. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What a figure means; every one of them is better when it is smaller. */
export type Unit = "ms CPU" | "ms" | "MiB" | "µs CPU";

export interface BenchCase {
  /** The tool, as in the table's first column. */
  tool: string;
  /** What is measured, in a few words: `raw, 1 GiB of short lines`. */
  name: string;
  unit: Unit;
  /** The program compared with, and its version when it is known: `GNU tail 9.1`. */
  peer: string;
  /** The highest acceptable ratio ours / peer, where the design page states one. */
  target?: number;
  /** Alternations; default 5. */
  rounds?: number;
  /** Why the case cannot run here (`squid is not installed`), or undefined when it can. */
  missing?(): string | undefined;
  /** Sets up fixtures in `directory` (empty, removed afterwards) and returns the two measurements. */
  prepare(directory: string): Promise<Contest>;
}

export interface Contest {
  /** One measurement of our tool, in the case's unit. */
  ours(): Promise<number>;
  /** One measurement of the peer doing the same work, in the case's unit. */
  peer(): Promise<number>;
  /** Ends what `prepare` started. Called also when a measurement failed. */
  close?(): Promise<void> | void;
}

/** A reason for `missing()` when a program is not on the path. */
export function unlessInstalled(program: string): () => string | undefined {
  return () => (programPath(program) ? undefined : `${program} is not installed`);
}

/** The first executable of that name on the path, with the system's directories for daemons included. */
function programPath(program: string): string | undefined {
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin"];
  return directories.map((directory) => join(directory, program)).find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
