import type { PatternPreset } from "./preset.ts";

/** Rails: the start and the completion of requests, with or without the prefix of Ruby's Logger. */
export const rails: PatternPreset = {
  kind: "pattern",
  source:
    '^(?:[A-Z], \\[(?<time>\\S+) #(?<pid>\\d+)\\] +(?<level>[A-Z]+) -- [^:]*: )?(?:\\[(?<request_id>[^\\]]*)\\] )?(?:Started (?<method>[A-Z]+) "(?<path>.*?)" for (?<host>\\S+) at |Completed (?<status>\\d{3}) .*? in (?<duration>[\\d.]+ms)|(?<message>.*))',
};
