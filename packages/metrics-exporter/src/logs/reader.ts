/** Feeds the log files to the rules. */
import { type Follower, type FollowOptions, follow } from "@outrigger/tail/follow";
import type { LogSource } from "../config/log-files.ts";
import type { OwnMetrics } from "../own-metrics.ts";
import type { RuleEngine } from "../rules/engine.ts";
import { TextConsumer } from "./text-consumer.ts";

/** Bytes of a line that rules look at. */
export const maxLine = 64 * 1024;

/** An incomplete last line waits until its file is finished with; the largest delay that a timer can have. */
const forever = 2 ** 31 - 1;

/** Starts reading; every line is given to `engine`. */
export function readLogs(
  sources: readonly LogSource[],
  engine: RuleEngine,
  own: OwnMetrics,
  options: Pick<FollowOptions, "log" | "once">,
): Follower {
  const consumer = new TextConsumer(
    {
      lines: (text, file) => engine.lines(text, file),
      bytes: (count) => own.read(count),
      truncated: () => own.truncated(),
      end: () => {},
    },
    maxLine,
  );
  return follow({
    ...options,
    sources: followed(sources),
    consumer,
    events: { rotated: () => own.rotations.inc(), truncated: () => own.rotations.inc() },
  });
}

/** Sources as the follower wants them. */
export function followed(sources: readonly LogSource[]): FollowOptions["sources"] {
  return sources.map((source) => ({ ...source, start: "beginning", partialFlush: forever }));
}
