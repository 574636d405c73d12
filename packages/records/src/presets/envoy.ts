import { quoted } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** Envoy's default access log, and Istio's, which has more columns. */
export const envoy: PatternPreset = {
  kind: "pattern",
  source:
    `^\\[(?<time>[^\\]]+)\\] "(?:(?<method>\\S+) (?<path>.*?)(?: (?<protocol>[A-Z]+/\\d[\\d.]*))?|.*?)" (?<status>\\d+) (?<flags>\\S+) ` +
    `(?:(?<details>[^\\s\\d]\\S*) \\S+ "${quoted}" )?(?<received>\\d+) (?<bytes>\\d+) (?<duration>\\d+|-) (?<upstream_time>\\d+|-) ` +
    `"(?<forwarded>${quoted})" "(?<agent>${quoted})" "(?<request_id>${quoted})" "(?<authority>${quoted})" "(?<upstream>${quoted})"`,
};
