import type { PatternPreset } from "./preset.ts";

/** The console of Microsoft.Extensions.Logging, whose message is on the second line unless it is set to one line. */
export const dotnet: PatternPreset = {
  kind: "pattern",
  source:
    "^(?:(?<time>\\d\\S*(?: \\d\\S*)?) )?(?<level>trce|dbug|info|warn|fail|crit): (?<category>[^\\s[]+)\\[(?<event>-?\\d+)\\](?:\\s+(?<message>.*))?",
};
