import { common, quoted, refererAndAgent } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** Traefik's default (CLF) access log. */
export const traefik: PatternPreset = {
  kind: "pattern",
  source: `^${common} ${refererAndAgent} (?<requests>\\d+) "(?<router>${quoted})" "(?<server>${quoted})" (?<duration>\\d+ms)`,
};
