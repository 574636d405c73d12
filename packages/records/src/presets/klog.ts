import type { PatternPreset } from "./preset.ts";

/** Kubernetes' components: `E0422 14:29:49.718000 1 file.go:12] message`. */
export const klog: PatternPreset = {
  kind: "pattern",
  source:
    "^(?<level>[IWEF])(?<time>\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+) +(?<pid>\\d+) (?<file>[^:\\s]+):(?<line>\\d+)\\] (?<message>.*)",
};
