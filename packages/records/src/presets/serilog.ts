import type { PatternPreset } from "./preset.ts";

/** The default text of Serilog's file and console sinks. */
export const serilog: PatternPreset = {
  kind: "pattern",
  source:
    "^(?:(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?(?: [+-]\\d\\d:\\d\\d)?) \\[|\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?) )(?<level>[A-Za-z]+)\\] (?<message>.*)",
};
