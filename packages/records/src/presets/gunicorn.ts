import { common, refererAndAgent } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** Gunicorn's access log and its own messages. */
export const gunicorn: PatternPreset = {
  kind: "pattern",
  source: `^(?:${common} ${refererAndAgent}|\\[(?<time>[^\\]]+)\\] \\[(?<pid>\\d+)\\] \\[(?<level>[A-Z]+)\\] (?<message>.*))`,
};
