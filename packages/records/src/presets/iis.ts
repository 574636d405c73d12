import type { PatternPreset } from "./preset.ts";

/** The W3C format of IIS with its default fields; lines that begin with `#` are no records. */
export const iis: PatternPreset = {
  kind: "pattern",
  source:
    "^(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) (?<server>\\S+) (?<method>\\S+) (?<path>\\S+) (?<query>\\S+) (?<port>\\d+) (?<user>\\S+) (?<host>\\S+) (?<agent>\\S+) (?:(?<referer>\\S+) )?(?<status>\\d{3}) (?<substatus>\\d+) (?<win32_status>\\d+)(?: (?<bytes>\\d+) (?<received>\\d+))?(?: (?<duration>\\d+))?$",
};
