import type { PatternPreset } from "./preset.ts";

const level = "(?<level>[A-Z]+)";
const thread = "\\[(?<thread>[^\\]]*)\\]";
const time =
  "\\[?(?<time>(?:\\d{4}[-/]\\d\\d[-/]\\d\\d[T ])?\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?|\\d+)\\]?";
const loggerAndMessage = "(?:(?<logger>[\\w.$:/#-]+) ?(?:--?|:) )?(?<message>.*)";

/** PatternLayout's and logback's default, and the usual order with the level in front of the thread. */
export const log4j: PatternPreset = {
  kind: "pattern",
  source: `^${time} +(?:${thread} +${level}|${level} +${thread}|${level}) +${loggerAndMessage}`,
};
