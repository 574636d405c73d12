import { common, refererAndAgent } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** Apache's `common`, `combined` and `vhost_combined`. */
export const apache: PatternPreset = {
  kind: "pattern",
  source: `^(?:(?<vhost>\\S+:\\d+) )?${common}(?: ${refererAndAgent})?`,
  aliases: { remote: "host" },
};
