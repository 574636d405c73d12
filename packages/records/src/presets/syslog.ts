import type { PatternPreset } from "./preset.ts";

const iso = "\\d{4}-\\d\\d-\\d\\dT\\S+";

/** RFC 5424; RFC 3164 with or without priority; rsyslog's file format. */
export const syslog: PatternPreset = {
  kind: "pattern",
  source:
    `^(?:<(?<priority>\\d+)>1 (?<time>\\S+) (?<host>\\S+) (?<app>\\S+) (?<pid>\\S+) (?<msgid>\\S+) (?<data>-|(?:\\[(?:[^\\]\\\\"]|"(?:[^"\\\\]|\\\\.)*")*\\])+)(?: (?:\\xEF\\xBB\\xBF|\\uFEFF)?(?<message>.*))?|` +
    `(?:<(?<priority>\\d+)>)?(?<time>[A-Z][a-z][a-z] [ \\d]?\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?|${iso}) (?<host>[^\\s:]+) (?:(?<app>[^\\s:[]+)(?:\\[(?<pid>[^\\]]*)\\])?: ?)?(?<message>.*))`,
  aliases: { program: "app" },
};
