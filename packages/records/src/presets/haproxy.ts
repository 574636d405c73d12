import type { PatternPreset } from "./preset.ts";

/** HAProxy's `httplog` and `tcplog`, with or without the syslog header in front. */
export const haproxy: PatternPreset = {
  kind: "pattern",
  source:
    "(?<host>\\S+):(?<port>\\d+) \\[(?<time>[^\\]]+)\\] (?<frontend>\\S+) (?<backend>[^\\s/]+)/(?<server>\\S+) (?:" +
    "[-\\d]+/[-\\d]+/[-\\d]+/[-\\d]+/\\+?(?<duration>\\d+) (?<status>-?\\d+) \\+?(?<bytes>\\d+) \\S+ \\S+ (?<termination>\\S{4}) [\\d/+]+ [\\d/]+ (?:\\{[^}]*\\} ?)*" +
    '(?:"(?:(?<method>[A-Za-z]+) (?<path>\\S+)(?: (?<protocol>[A-Z]+/[\\d.]+))?|[^"]*)"?)?|' +
    "[-\\d]+/[-\\d]+/\\+?(?<duration>\\d+) \\+?(?<bytes>\\d+) (?<termination>\\S{2}) )",
};
