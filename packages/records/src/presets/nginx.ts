import { common, refererAndAgent } from "./access.ts";
import type { PatternPreset } from "./preset.ts";

/** nginx's predefined format `combined`, and the common log format; more may follow. */
export const nginx: PatternPreset = {
  kind: "pattern",
  source: `^${common}(?: ${refererAndAgent})?`,
  aliases: { remote: "host" },
};
