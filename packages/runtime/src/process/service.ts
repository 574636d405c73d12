import type { Log } from "../log.ts";
import type { Registry } from "../metrics/registry.ts";

/** What a tool gets from the process it runs in, alone or beside others. */
export interface Runtime {
  readonly tool: string;
  readonly version: string;
  readonly log: Log;
  /** This tool's own metrics; several tools in one process have one registry each. */
  readonly metrics: Registry;
}

/** A running tool. */
export interface Service<C> {
  /** Settles once the tool does its work; rejects with an `OutriggerError` when it cannot start, having closed everything. */
  readonly ready: Promise<void>;
  /** Resolves with an exit status when the tool has ended by itself, its work done. A tool that never does leaves it out. */
  readonly done?: Promise<number>;
  /** Puts a new, valid configuration in force without losing anything; rejects, changing nothing, when it cannot. */
  reload?(config: C): Promise<void>;
  /** Ends gracefully, idempotent: 0 after a clean drain, 1 when something was cut short. */
  stop(): Promise<number>;
}

/** Starts a tool in this process. Every tool exports one. */
export type Start<C> = (config: C, runtime: Runtime) => Service<C>;
