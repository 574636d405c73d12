/** Feeds the log files to the rules. */
import { statSync } from "node:fs";
import { type Follower, type FollowOptions, follow, type Generation } from "@outrigger/tail/follow";
import type { LogSource } from "../config/log-files.ts";
import type { MetricsConfig } from "../config.ts";
import type { OwnMetrics } from "../own-metrics.ts";
import type { RuleEngine, Settled } from "../rules/engine.ts";
import { RecordJoiner, type RecordSink } from "./record-joiner.ts";
import { type Extent, TextConsumer, type TextSink } from "./text-consumer.ts";

/** Bytes of a line that rules look at. */
export const maxLine = 64 * 1024;

/** An incomplete last line waits until its file is finished with; the largest delay that a timer can have. */
const forever = 2 ** 31 - 1;

/** What the configuration says about reading. */
type ReadingConfig = Pick<MetricsConfig, "sources" | "logs">;

/** Reads log files until it is closed. */
export interface LogReader {
  readonly follower: Follower;
  /** Bytes of each file that were not read yet. A line that waits for its end was read. */
  lag(): Map<string, number>;
  /** Other sources and another way to make records from now on; records in progress are complete then. */
  use(config: ReadingConfig): void;
  /** Stops at once; a record in progress is complete then. */
  close(): Promise<void>;
}

export interface ReadOptions extends Pick<FollowOptions, "log" | "once" | "resume"> {
  /** Called when the positions that `follower.checkpoint()` gives have changed; without it they are not kept. */
  readonly advanced?: (() => void) | undefined;
}

/** Starts reading; every record is given to `engine`. */
export function readLogs(config: ReadingConfig, engine: RuleEngine, own: OwnMetrics, options: ReadOptions): LogReader {
  const { advanced, ...following } = options;
  const records: RecordSink<Generation> = {
    record: (text, file, counted) => engine.record(text, file, counted),
    settled: (generation) => consumer.settled(generation),
  };
  const joinerFor = ({ logs }: ReadingConfig) => logs.multiline && new RecordJoiner(logs.multiline, records);
  let joiner = joinerFor(config);
  const sink: TextSink = {
    lines(text, generation, extent) {
      if (joiner) return joiner.lines(text, generation, extent);
      return engine.lines(text, generation.file, bytesSettled(extent));
    },
    bytes: (count) => own.read(count),
    truncated: () => own.truncated(),
    end: (generation) => joiner?.end(generation),
  };
  const consumer = new TextConsumer(sink, maxLine);
  const follower = follow({
    ...following,
    sources: followed(config.sources),
    consumer,
    events: { rotated: () => own.rotations.inc(), truncated: () => own.rotations.inc() },
  });
  if (advanced) {
    consumer.commit = (generation, position) => {
      follower.committed(generation, position);
      advanced();
    };
  }
  return {
    follower,
    lag() {
      const lag = new Map<string, number>();
      for (const [file, offset] of follower.stats().read) {
        const size = sizeOf(file);
        if (size !== undefined) lag.set(file, Math.max(0, size - offset));
      }
      return lag;
    },
    use(next) {
      void joiner?.close();
      joiner = joinerFor(next);
      follower.reload(followed(next.sources));
    },
    async close() {
      await follower.close();
      await joiner?.close();
    },
  };
}

/** Counted lines as counted bytes. */
function bytesSettled(extent: Extent): Settled {
  let lines = 0;
  let bytes = 0;
  return (count, isAll) => {
    if (isAll) return extent.settled(extent.bytes);
    const lengths = extent.lengths();
    for (; lines < count; lines++) bytes += lengths[lines] ?? 0;
    extent.settled(bytes);
  };
}

/** Sources as the follower wants them. */
function followed(sources: readonly LogSource[]): FollowOptions["sources"] {
  return sources.map((source) => ({ ...source, start: "beginning", partialFlush: forever }));
}

/** Undefined when the file cannot be looked at: it was deleted, or its directory is closed to us. */
function sizeOf(file: string): number | undefined {
  try {
    return statSync(file).size;
  } catch {
    return undefined;
  }
}
