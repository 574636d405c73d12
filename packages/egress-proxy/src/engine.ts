import type { Resolver } from "@outrigger/net/resolve";
import type { Log } from "@outrigger/runtime/log";
import type { Journal } from "./journal.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Telemetry } from "./telemetry.ts";
import type { UpstreamPool } from "./upstream/pool.ts";

/** What all listeners share. `snapshot`, `resolver` and `pool` are replaced by a reload. */
export interface Engine {
  snapshot: Snapshot;
  resolver: Resolver;
  pool: UpstreamPool;
  /** Exchanges whose audit record is not written yet. */
  unfinished: number;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  /** This process in `Via`, to recognize requests that come round. */
  readonly mark: string;
}
