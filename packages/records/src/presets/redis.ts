import type { PatternPreset } from "./preset.ts";

/** Redis: `1:M 22 Apr 2024 14:29:49.718 * message`. Levels are `.`, `-`, `*` and `#`. */
export const redis: PatternPreset = {
  kind: "pattern",
  source:
    "^(?<pid>\\d+):(?<role>[A-Z]) (?<time>\\d\\d? [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?) (?<level>[.*#-]) (?<message>.*)",
};
